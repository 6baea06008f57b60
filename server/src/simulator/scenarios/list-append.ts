import { makeQueues } from '../python/biased.ts';
import { decref } from '../python/counts.ts';
import { appendLong, getItemRefLong, makeLongList } from '../python/list-protocol.ts';
import { MAYBE_WEAKREF, type Python } from '../python/python.ts';
import { freeDelayed, goOffline, makeQsbr, quiescent } from '../python/qsbr.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const IMMEDIATE = `
/* list_resize */
memcpy(array, self->ob_item, size);
self->ob_item = array;
free_array(old);                   /* at once */

/* a reader */
items[0]
/* returns to the interpreter: a safe point */
/* and exits */
`;

const DELAYED = IMMEDIATE.replace('/* at once */', '/* when all readers have passed a safe point */');

function write(py: Python, text: string, delayed: boolean): void {
  const c = py.source('listobject.c', text);
  makeQueues(py, 2);
  const first = py.object('o1', { owner: 0, shared: MAYBE_WEAKREF });
  const second = py.object('o2', { owner: 0 });
  const items = makeLongList(py, 'items', [first]);
  py.holds('items', items.list);
  const qsbr = makeQsbr(py, 2);
  call(py, 'items.append(o2)', c, (t, at) => {
    at('self->ob_item = array', () =>
      appendLong(py, t, items, 1, second, (_, array) =>
        at('free_array(old)', () => (delayed ? freeDelayed(t, qsbr, array) : t.free(array))),
      ),
    );
    if (delayed) at('free_array(old)', () => goOffline(t, qsbr));
  });
  call(py, 'items[0]', c, (t, at) => {
    const item = t.local('item', 'pointer');
    at('items[0]', () => getItemRefLong(py, t, item, items.list, 0));
    t.when(item, () => at('items[0]', () => decref(py, t, item)));
    if (!delayed) return;
    at('/* returns to the interpreter', () => quiescent(t, qsbr));
    at('/* and exits', () => goOffline(t, qsbr));
  });
}

export const listAppend: Scenario = {
  id: 'delayed-free',
  title: 'An array that readers may still look at (QSBR)',
  topic: 'history',
  text:
    'append() needs a bigger array and publishes it. A reader that loaded the old one a moment before still reads it: freed at ' +
    'once, that is a use after free. So the old array gets a goal, a number of the global write sequence, and is freed when ' +
    'every attached thread has passed a safe point with that number.',
  models: ['free-threaded'],
  form: 'long',
  rules: ['realloc-published-object'],
  write: py => write(py, IMMEDIATE, false),
  expected: { 'free-threaded': '3 of 6 fail: use-after-free 3' },
  fixed: {
    title: 'Freed when all readers are past',
    write: py => write(py, DELAYED, true),
    expected: { 'free-threaded': '0 of 120 fail' },
  },
};

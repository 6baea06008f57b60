import { makeQueues } from '../python/biased.ts';
import { decref } from '../python/counts.ts';
import { appendLong, freeIfUnshared, getItemRefLong, makeLongList } from '../python/list-protocol.ts';
import { MAYBE_WEAKREF, type Python } from '../python/python.ts';
import { freeDelayed, goOffline, makeQsbr } from '../python/qsbr.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const RECKLESS = `
/* list_resize, by the list's owner */
self->ob_item = array;
if (is_shared(self)) free_later(old); else free_now(old);
/* and exits */

/* a reader in another thread */
items[0]
/* returns */
`;

const MARKING = RECKLESS.replace(
  'items[0]\n',
  'if (!is_owner(items) && !is_shared(items))\n    mark_as_shared(items);      /* under the lock */\nitems[0]\n',
);

function write(py: Python, text: string, marks: boolean): void {
  const c = py.source('listobject.c', text);
  makeQueues(py, 2);
  const first = py.object('o1', { owner: 0, shared: MAYBE_WEAKREF });
  const second = py.object('o2', { owner: 0 });
  const items = makeLongList(py, 'items', [first], { owner: 0, gcBits: true });
  py.holds('items', items.list);
  const qsbr = makeQsbr(py, 2);
  call(py, 'items.append(o2)', c, (t, at) => {
    at('self->ob_item = array', () =>
      appendLong(py, t, items, 1, second, (_, array) =>
        at('if (is_shared(self))', () => freeIfUnshared(t, items.list, array, () => freeDelayed(t, qsbr, array))),
      ),
    );
    at('/* and exits', () => goOffline(t, qsbr));
  });
  call(py, 'items[0]', c, (t, at) => {
    const item = t.local('item', 'pointer');
    at('items[0]', () => getItemRefLong(py, t, item, items.list, 0, marks ? 'marks' : 'marked already'));
    t.when(item, () => at('/* returns', () => decref(py, t, item)));
    at('/* returns', () => goOffline(t, qsbr));
  });
}

export const sharedList: Scenario = {
  id: 'shared-mark',
  title: 'A list learns that it is shared',
  topic: 'history',
  text:
    'Most lists are used by one thread, and their old arrays are freed at once. The first reader in another thread takes the ' +
    'lock and marks the list as shared; from then on reads need no lock, and old arrays are freed late. A reader that skips ' +
    'the mark meets an array that is already gone.',
  models: ['free-threaded'],
  form: 'long',
  rules: ['container-internals-access'],
  write: py => write(py, RECKLESS, false),
  expected: { 'free-threaded': '3 of 6 fail: use-after-free 3' },
  fixed: {
    title: 'The mark before the first read',
    write: py => write(py, MARKING, true),
    expected: { 'free-threaded': '0 of 8 fail' },
  },
};

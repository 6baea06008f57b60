import { makeQueues } from '../python/biased.ts';
import { decref, incref } from '../python/counts.ts';
import { getItemNaively, getItemRefLong, makeLongList, setItemLong } from '../python/list-protocol.ts';
import { MAYBE_WEAKREF, type Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const NAIVE = `
/* a reader without a lock */
item = list->ob_item[0];
Py_INCREF(item);
Py_DECREF(item);          /* done with it */
`;

const PROTOCOL = `
/* a reader without a lock */
item = list->ob_item[0];
if (!_Py_TryIncref(item) || list->ob_item[0] != item)
    item = list_item_locked(list, 0);
Py_DECREF(item);          /* done with it */
`;

function write(py: Python, text: string, naive: boolean): void {
  const c = py.source('listobject.c', text);
  const python = py.source('other thread', 'items[0] = other');
  makeQueues(py, 2);
  // The writer made the item; readers have tried before, so its count allows tries.
  const item = py.object('o1', { owner: 1, shared: MAYBE_WEAKREF });
  const other = py.object('o2', { owner: 1, shared: MAYBE_WEAKREF });
  const { list } = makeLongList(py, 'items', [item]);
  py.holds('items', list);
  call(py, 'items[0]', c, (t, at) => {
    const taken = t.local('item', 'pointer');
    at('item = list->ob_item[0];', () => {
      if (naive) getItemNaively(t, taken, list, 0, () => at('Py_INCREF(item)', () => incref(py, t, taken)));
      else getItemRefLong(py, t, taken, list, 0);
    });
    t.when(taken, () => at('/* done with it */', () => decref(py, t, taken)));
  });
  call(py, 'items[0] = other', python, (t, at) => at('items[0] = other', () => setItemLong(py, t, list, 0, other)));
}

export const listRead: Scenario = {
  id: 'list-read-without-lock',
  title: 'Reading a list without its lock',
  topic: 'history',
  text:
    'Reads of lists take no lock in the free-threaded build: load the item, try to take a reference, look again. The try fails ' +
    'when the count says that the object is on its way out; the second look finds that the slot has changed. Either way the ' +
    'reader takes the lock and starts again. Without try and second look the reader uses freed memory.',
  models: ['free-threaded'],
  form: 'long',
  rules: ['container-internals-access'],
  write: py => write(py, NAIVE, true),
  expected: { 'free-threaded': '27 of 55 fail: double-free 8, use-after-free 19' },
  fixed: {
    title: 'Try, and look again',
    write: py => write(py, PROTOCOL, false),
    expected: { 'free-threaded': '0 of 49 fail' },
  },
};

import { drainQueue, makeQueues } from '../python/biased.ts';
import { decref } from '../python/counts.ts';
import type { Scenario } from './scenario.ts';

const SOURCE = `
/* T1 made the object and owns it: ob_tid = T1, ob_ref_local = 2. */
Py_DECREF(op);                 /* T1: counts without atomic operations */
/* T1 exits: merges what others have queued for it */

Py_DECREF(op);                 /* T2: counts in ob_ref_shared, asks T1 to merge */
`;

export const handover: Scenario = {
  id: 'biased-handover',
  title: 'Biased counts: the hand-over',
  topic: 'history',
  text:
    'The thread that made an object counts its own references without atomic operations; others count in a shared field. A ' +
    'thread that would take the shared count below zero queues the object for its owner, who merges both counts at a safe ' +
    'point or when it exits. Whatever the order, the object is freed exactly once.',
  models: ['free-threaded'],
  form: 'long',
  rules: [],
  write: py => {
    const c = py.source('object.c', SOURCE);
    makeQueues(py, 1);
    const op = py.object('op', { refs: 2, owner: 0 });
    const owner = py.thread('the owner drops its reference and exits');
    py.line(owner, c, 'Py_DECREF(op);                 /* T1', () => decref(py, owner, op));
    py.line(owner, c, 'T1 exits', () => drainQueue(py, owner, (t, object) => t.free(object), true));
    const other = py.thread('another thread drops its reference');
    py.line(other, c, 'Py_DECREF(op);                 /* T2', () => decref(py, other, op));
  },
  expected: { 'free-threaded': '0 of 4 fail' },
};

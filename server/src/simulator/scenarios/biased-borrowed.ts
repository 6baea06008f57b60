import { drainQueue, makeQueues } from '../python/biased.ts';
import { decref, incref } from '../python/counts.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const SOURCE = `
/* T1 made op and holds the only reference */
Py_DECREF(op);      /* T1 */
/* T1 exits: merges what others have queued for it */

/* T2 has op from a call that returns a borrowed reference */
Py_INCREF(op);
Py_DECREF(op);      /* T2 */
`;

export const biasedBorrowed: Scenario = {
  id: 'biased-borrowed',
  title: 'Biased counts do not make borrowed references good',
  topic: 'history',
  text:
    'The counts are perfect, and the program still fails: the second thread raises a count of an object on which it has no ' +
    'claim. When the owner drops its reference first, there is nothing left to count.',
  models: ['free-threaded', 'atomic-counts'],
  form: 'long',
  rules: ['borrowed-list-item'],
  write: py => {
    const c = py.source('object.c', SOURCE);
    makeQueues(py, 1);
    const op = py.object('op', { refs: 1, owner: 0 });
    call(py, 'the owner', c, (t, at) => {
      at('Py_DECREF(op);      /* T1', () => decref(py, t, op));
      if (py.counting === 'biased') at('T1 exits', () => drainQueue(py, t, (u, object) => u.free(object), true));
    });
    call(py, 'a thread with a borrowed reference', c, (t, at) => {
      at('Py_INCREF(op)', () => incref(py, t, op));
      at('Py_DECREF(op);      /* T2', () => decref(py, t, op));
    });
  },
  expected: {
    'free-threaded': '11 of 28 fail: use-after-free 11',
    'atomic-counts': '4 of 6 fail: double-free 2, use-after-free 2',
  },
};

import { drainQueue, makeQueues } from '../python/biased.ts';
import { decref, incref } from '../python/counts.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const SOURCE = `
/* each thread holds one reference to op; T1 made it and owns it */
Py_INCREF(op);
Py_DECREF(op);      /* again */
Py_DECREF(op);      /* the thread's own reference */
/* T1 exits: merges what others have queued for it */
`;

export const biasedUpDown: Scenario = {
  id: 'biased-up-down',
  title: 'Biased counts: up, down and down again',
  topic: 'history',
  text:
    'Owner and other thread both take and drop references until none is left. Forty orders differ; in each of them the object ' +
    'is freed exactly once: by the owner at once, by the owner when it merges, or by the other thread after the merge.',
  models: ['free-threaded'],
  form: 'long',
  rules: [],
  write: py => {
    const c = py.source('object.c', SOURCE);
    makeQueues(py, 1);
    const op = py.object('op', { refs: 2, owner: 0 });
    for (const owner of [true, false]) {
      call(py, owner ? 'the owner' : 'another thread', c, (t, at) => {
        at('Py_INCREF(op)', () => incref(py, t, op));
        at('/* again */', () => decref(py, t, op));
        at("/* the thread's own", () => decref(py, t, op));
        if (owner) at('T1 exits', () => drainQueue(py, t, (u, object) => u.free(object), true));
      });
    }
  },
  expected: { 'free-threaded': '0 of 40 fail' },
};

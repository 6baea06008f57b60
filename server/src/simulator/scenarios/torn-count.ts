import { field } from '../build/thread.ts';
import { add, equal, shiftRight } from '../machine/expression.ts';
import { explicitMerge } from '../python/biased.ts';
import { HEADER } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const SOURCE = `
/* T1 owns op and merges its two counts: a queued decrement, or its own exit */
merge(op);

/* T2 */
Py_ssize_t count = Py_REFCNT(op);    /* local + shared */
`;

export const tornCount: Scenario = {
  id: 'torn-count',
  title: 'Py_REFCNT adds two numbers',
  topic: 'refcounts',
  text:
    'Two references exist all the time. Py_REFCNT loads the owner’s count and then the shared one; when the owner merges them in ' +
    'between, references are seen twice or not at all. The number is a hint, never a proof that nobody else has the object.',
  models: ['free-threaded'],
  form: 'long',
  rules: ['refcnt-uniqueness'],
  write: py => {
    const c = py.source('object.c', SOURCE);
    const op = py.object('op', { refs: 2, owner: 0 });
    py.holds('a', op);
    py.holds('b', op);
    call(py, 'the owner merges', c, (t, at) => at('merge(op)', () => explicitMerge(t, op, 0)));
    call(py, 'Py_REFCNT(op)', c, (t, at) =>
      at('Py_REFCNT(op)', () => {
        const [local, shared] = [t.local('local'), t.local('shared', 'shared-count')];
        t.load(local, field(op, HEADER.local), { order: 'relaxed' });
        t.load(shared, field(op, HEADER.shared), { order: 'relaxed' });
        t.check(equal(add(local, shiftRight(shared, 2)), 2), 'torn-read', 'Py_REFCNT does not give 2');
      }),
    );
  },
  expected: { 'free-threaded': '2 of 4 fail: torn-read 2' },
};

import { field } from '../build/thread.ts';
import { equal, OLD } from '../machine/expression.ts';
import { explicitMerge } from '../python/biased.ts';
import { decref } from '../python/counts.ts';
import { HEADER, MERGED, ONE_SHARED, QUEUED } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const SOURCE = `
/* f: a function object; one more reference than there are, and its state is "queued" */
Py_DECREF(f);        /* each of two threads drops one */

/* the collector, while the world is stopped */
disable_deferred_refcounting(f);
merge_refcount(f);
`;

export const deferred: Scenario = {
  id: 'deferred',
  title: 'Deferred counts',
  topic: 'history',
  text:
    'Functions, modules and code objects are used by all threads. They start with one reference too many, which only the ' +
    'collector takes away: so dropping the last real one frees nothing and asks nobody. (CPython 3.13 makes these objects ' +
    'immortal when a second thread starts; the text of PEP 703 describes another encoding.)',
  models: ['free-threaded'],
  form: 'long',
  rules: [],
  write: py => {
    const c = py.source('function.c', SOURCE);
    const f = py.object('f', { type: 'function', refs: 2, owner: 0, shared: ONE_SHARED | QUEUED });
    const done = py.p.global('threads stopped');
    for (const who of ['the owner', 'another thread']) {
      call(py, `${who} drops a reference`, c, (t, at) =>
        at('Py_DECREF(f)', () => {
          decref(py, t, f);
          t.update(done, { operator: '+', left: OLD, right: 1 }, { label: 'reaches a safe point' });
        }),
      );
    }
    call(py, 'the collector', c, (t, at) => {
      at('while the world is stopped', () => t.wait(done, equal(OLD, 2), { label: 'all threads are stopped' }));
      at('disable_deferred_refcounting', () =>
        t.update(field(f, HEADER.shared), { operator: '-', left: OLD, right: ONE_SHARED }),
      );
      at('merge_refcount(f)', () => {
        const merged = explicitMerge(t, f, 0);
        t.when(equal(merged, MERGED), () => t.free(f));
      });
    });
  },
  expected: { 'free-threaded': '0 of 4 fail' },
};

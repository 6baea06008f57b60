import { decref } from '../python/counts.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const SOURCE = `
/* o: each of the two threads holds one reference, nobody else has any */
Py_DECREF(o);
`;

export const twoDrops: Scenario = {
  id: 'two-drops',
  title: 'The last two references, dropped at once',
  topic: 'refcounts',
  text:
    'Both threads load the count 2 and both store 1: nobody sees zero, and the object is never freed. A lost decrement leaks; ' +
    'it does not free twice. Under the GIL one of the two sees zero.',
  models: ['naive-counts', 'gil', 'atomic-counts'],
  rules: ['atomic-refcount-own'],
  write: py => {
    const c = py.source('drop.c', SOURCE);
    const o = py.object('o', { refs: 2 });
    calls(py, 2, 'Py_DECREF(o)', c, (t, at) => at('Py_DECREF(o)', () => decref(py, t, o)));
  },
  expected: { 'naive-counts': '2 of 4 fail: leak 2', gil: '0 of 2 fail', 'atomic-counts': '0 of 2 fail' },
};

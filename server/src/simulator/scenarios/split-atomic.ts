import { add, cellValue, equal, OLD } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const SPLIT = `
static _Atomic long hits;

static PyObject *
hit(PyObject *module, PyObject *unused)
{
    long n = atomic_load(&hits);
    atomic_store(&hits, n + 1);
    Py_RETURN_NONE;
}
`;

const WHOLE = `
static _Atomic long hits;

static PyObject *
hit(PyObject *module, PyObject *unused)
{
    atomic_fetch_add(&hits, 1);
    Py_RETURN_NONE;
}
`;

function write(py: Python, text: string, whole: boolean): void {
  const c = py.source('hits.c', text);
  const hits = py.p.global('hits');
  py.p.finally(equal(cellValue(hits), 2), 'lost-update', 'two hits, one counted');
  calls(py, 2, 'hit()', c, (t, at) => {
    if (whole) {
      at('atomic_fetch_add', () => t.update(hits, add(OLD, 1)));
      return;
    }
    const n = t.local('n');
    at('atomic_load', () => t.load(n, hits, { order: 'sync' }));
    at('atomic_store', () => t.store(hits, add(n, 1), { order: 'sync' }));
  });
}

export const splitAtomic: Scenario = {
  id: 'split-atomic',
  title: 'Two atomic operations are not one',
  topic: 'atomics',
  text:
    'Every access is atomic, no tool for data races complains, and an update is lost all the same: another thread fits between ' +
    'the load and the store. Only one read-modify-write operation is undivided.',
  models: ['free-threaded', 'gil', 'subinterpreters'],
  rules: ['atomic-rmw-split'],
  write: py => write(py, SPLIT, false),
  expected: {
    'free-threaded': '2 of 4 fail: lost-update 2',
    gil: '0 of 2 fail',
    subinterpreters: '2 of 4 fail: lost-update 2',
  },
  fixed: {
    title: 'atomic_fetch_add',
    write: py => write(py, WHOLE, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};

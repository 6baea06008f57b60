import { add, cellValue, less, not, OLD } from '../machine/expression.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static PyObject *empty = NULL;

static PyObject *
get_empty(PyObject *module, PyObject *unused)
{
    if (empty == NULL) {
        empty = PyTuple_New(0);
    }
    return Py_NewRef(empty);
}
`;

const LOCKED = `
static PyObject *empty = NULL;
static PyMutex empty_lock = {0};

static PyObject *
get_empty(PyObject *module, PyObject *unused)
{
    PyMutex_Lock(&empty_lock);
    if (empty == NULL) {
        empty = PyTuple_New(0);
    }
    PyMutex_Unlock(&empty_lock);
    return Py_NewRef(empty);
}
`;

function write(py: Python, text: string, locked: boolean): void {
  const c = py.source('cache.c', text);
  py.p.audit = false;
  const empty = py.p.global('empty', 0, { format: 'pointer', owns: true });
  const lock = locked ? py.p.global('empty_lock', 0, { format: 'holder' }) : 0;
  const made = py.p.global('objects made');
  py.p.finally(
    less(cellValue(made), 2),
    'double-initialisation',
    'both threads made the object: one of the two is lost',
  );
  for (let i = 1; i <= 2; i++) {
    const pool = py.pool([`made by T${i}`], { type: 'tuple' });
    call(py, 'get_empty()', c, (t, at) => {
      const seen = t.temporary();
      const object = t.local('object', 'pointer');
      if (locked) at('PyMutex_Lock', () => t.lock(lock));
      at('if (empty == NULL)', () => t.load(seen, empty));
      t.when(not(seen), () =>
        at('PyTuple_New(0)', () => {
          t.update(made, add(OLD, 1), { order: 'relaxed', label: 'makes an object' });
          t.allocate(object, pool);
          t.store(empty, object);
        }),
      );
      if (locked) at('PyMutex_Unlock', () => t.unlock(lock));
    });
  }
}

export const lazyStatic: Scenario = {
  id: 'lazy-static',
  title: 'A static made on first use',
  topic: 'globals',
  text:
    'Both threads find the static NULL and both make the object; the second store overwrites the first. Whoever got the first ' +
    'object keeps a pointer that the module no longer knows.',
  models: ['free-threaded', 'gil', 'subinterpreters'],
  counterpart: 'lazy_init',
  rules: ['static-pyobject-cache', 'static-lazy-import'],
  write: py => write(py, PLAIN, false),
  expected: {
    'free-threaded': '4 of 6 fail: double-initialisation 4',
    gil: '0 of 2 fail',
    subinterpreters: '4 of 6 fail: double-initialisation 4',
  },
  fixed: {
    title: 'A PyMutex around test and store',
    write: py => write(py, LOCKED, true),
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};

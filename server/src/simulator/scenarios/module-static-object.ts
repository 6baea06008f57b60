import { decref, incref } from '../python/counts.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const STATIC = `
static PyObject *error;          /* one for all interpreters */

static PyObject *
get_error(PyObject *module, PyObject *unused)
{
    PyObject *result = Py_NewRef(error);
    return result;               /* the caller drops it */
}
`;

const STATE = `
typedef struct { PyObject *error; } State;

static PyObject *
get_error(PyObject *module, PyObject *unused)
{
    State *state = PyModule_GetState(module);
    PyObject *result = Py_NewRef(state->error);
    return result;               /* the caller drops it */
}
`;

function write(py: Python, text: string, perInterpreter: boolean): void {
  const c = py.source('errors.c', text);
  const count = perInterpreter && py.model === 'subinterpreters' ? 2 : 1;
  const errors = Array.from({ length: count }, (_, i) =>
    py.object(count === 1 ? 'error' : `error ${i + 1}`, { type: 'type' }),
  );
  for (const [i, error] of errors.entries()) py.holds(count === 1 ? 'error' : `state of interpreter ${i + 1}`, error);
  calls(py, 2, 'get_error()', c, (t, at) => {
    const error = errors[t.index % count]!;
    at('Py_NewRef', () => incref(py, t, error));
    at('return result', () => decref(py, t, error));
  });
}

export const moduleStaticObject: Scenario = {
  id: 'module-state',
  title: 'A static object and module state (PEP 489)',
  topic: 'module',
  text:
    'An object in a static belongs to all interpreters. Each has its own GIL, and under it counts with plain loads and stores: ' +
    'two of them lose counts of the shared object. With multi-phase initialisation the object lives in the module’s state, one ' +
    'for each interpreter.',
  models: ['subinterpreters', 'gil', 'free-threaded'],
  rules: ['module-global-object', 'missing-multiple-interpreters'],
  write: py => write(py, STATIC, false),
  expected: {
    subinterpreters: '16 of 34 fail: leak 8, use-after-free 8',
    gil: '0 of 2 fail',
    'free-threaded': '0 of 6 fail',
  },
  fixed: {
    title: 'Module state',
    models: ['subinterpreters', 'gil', 'free-threaded'],
    write: py => write(py, STATE, true),
    expected: { subinterpreters: '0 of 1 fail', gil: '0 of 2 fail', 'free-threaded': '0 of 6 fail' },
  },
};

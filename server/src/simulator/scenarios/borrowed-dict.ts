import { decref, incref } from '../python/counts.ts';
import { getValueBorrowed, getValueRef, makeDict, setValue } from '../python/dict.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const BORROWED = `
static PyObject *
limit(PyObject *self, PyObject *options)
{
    PyObject *value = PyDict_GetItemString(options, "limit");
    if (value == NULL)
        return PyLong_FromLong(0);
    return Py_NewRef(value);
}
`;

const OWNED = `
static PyObject *
limit(PyObject *self, PyObject *options)
{
    PyObject *value;
    if (PyDict_GetItemStringRef(options, "limit", &value) < 0)
        return NULL;
    return value;
}
`;

function write(py: Python, text: string, owned: boolean): void {
  const c = py.source('options.c', text);
  const python = py.source('other thread', 'options["limit"] = 20');
  const ten = py.object('o10', { type: 'int' });
  const twenty = py.object('o20', { type: 'int' });
  const dict = makeDict(py, 'options', { limit: ten });
  py.holds('options', dict);
  call(py, 'limit(options)', c, (t, at) => {
    const value = t.local('value', 'pointer');
    if (owned) at('PyDict_GetItemStringRef', () => getValueRef(py, t, value, dict, 0));
    else {
      at('PyDict_GetItemString', () => getValueBorrowed(py, t, value, dict, 0));
      t.when(value, () => at('Py_NewRef(value)', () => incref(py, t, value)));
    }
    // What the caller got, it drops in the end.
    t.when(value, () => at('}', () => decref(py, t, value)));
  });
  call(py, 'options["limit"] = 20', python, (t, at) =>
    at('options["limit"] = 20', () => setValue(py, t, dict, 0, twenty)),
  );
}

export const borrowedDict: Scenario = {
  id: 'borrowed-dict-value',
  title: 'A borrowed dict value',
  topic: 'borrowed-refs',
  text:
    'In the free-threaded build PyDict_GetItem takes a reference while it looks, and drops it before it returns: the caller ' +
    'holds nothing. If the other thread has replaced the value meanwhile, that drop is the last one. PyDict_GetItemRef hands ' +
    'the reference to the caller.',
  models: ['free-threaded', 'gil'],
  counterpart: 'borrowed_value',
  rules: ['borrowed-dict-item'],
  write: py => write(py, BORROWED, false),
  expected: { 'free-threaded': '5 of 8 fail: double-free 2, use-after-free 3', gil: '0 of 2 fail' },
  fixed: {
    title: 'PyDict_GetItemStringRef instead',
    write: py => write(py, OWNED, true),
    expected: { 'free-threaded': '0 of 3 fail' },
  },
};

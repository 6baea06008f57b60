/** Sizes of containers that others may change while their items are copied. */
import { expect, test } from 'vitest';
import { fixed } from './fixed.ts';

const SUM = (before: string, behind: string): string => `
PyObject *box_sum(Box *self, PyObject *given)
{
    Py_ssize_t n = 0;
    ${before}
    PyObject *items = PySequence_Fast(given, "not a sequence");
    if (items == NULL) {
        self->hook = NULL;
        return NULL;
    }
    ${behind}
    double sum = 0;
    for (Py_ssize_t i = 0; i < n; i++)
        sum += PyFloat_AsDouble(PySequence_Fast_GET_ITEM(items, i));
    Py_DECREF(items);
    return PyFloat_FromDouble(sum);
}
`;

test('a size that was asked for before the copy is compared with it', () => {
  const code = SUM('', '').replace('n = 0;', 'n = PySequence_Size(given);');
  expect(fixed('sequence-fast-unlocked', code)).toContain(`
    PyObject *items = PySequence_Tuple(given);
    if (items == NULL && PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_SetString(PyExc_TypeError, "not a sequence");
    }
    if (items == NULL) {
        self->hook = NULL;
        return NULL;
    }
    if (PyTuple_GET_SIZE(items) != n) {
        PyErr_SetString(PyExc_RuntimeError, "sequence changed size during iteration");
        Py_DECREF(items);
        self->hook = NULL;
        return NULL;
    }
`);
});

test('a size that is asked for behind the copy is asked of the copy', () => {
  expect(fixed('sequence-fast-unlocked', SUM('', 'n = PySequence_Size(given);'))).toContain(
    '    n = PyTuple_GET_SIZE(items);\n',
  );
});

test('a size that is asked for in a way that can not be followed is no size of the copy', () => {
  expect(fixed('sequence-fast-unlocked', SUM('n = 1 + PySequence_Size(given);', ''))).toBe(
    'The size of `given` is asked for as well: ask the copy for it.',
  );
});

test('the copy of a dict is made before its size is asked for, and asked for it', () => {
  expect(
    fixed(
      'dict-next-unlocked',
      `
PyObject *box_names(Box *self, PyObject *given)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0, i = 0;
    Py_ssize_t size = PyDict_GET_SIZE(given);
    PyObject *names = PyTuple_New(size);
    if (names == NULL)
        return NULL;
    while (PyDict_Next(given, &pos, &key, &value)) {
        PyObject *name = PyObject_Str(key);
        if (name == NULL) {
            Py_DECREF(names);
            return NULL;
        }
        PyTuple_SET_ITEM(names, i++, name);
    }
    return names;
}
`,
    ),
  ).toContain(`
    PyObject *copy = PyDict_Copy(given);
    if (copy == NULL) {
        return NULL;
    }
    Py_ssize_t size = PyDict_GET_SIZE(copy);
    PyObject *names = PyTuple_New(size);
    if (names == NULL) {
        Py_DECREF(copy);
        return NULL;
    }
    while (PyDict_Next(copy, &pos, &key, &value)) {
        PyObject *name = PyObject_Str(key);
        if (name == NULL) {
            Py_DECREF(names);
            Py_DECREF(copy);
            return NULL;
        }
        PyTuple_SET_ITEM(names, i++, name);
    }
    Py_DECREF(copy);
    return names;
`);
});

test('nothing is copied as a dict where it may be something else', () => {
  expect(
    fixed(
      'dict-next-unlocked',
      `
PyObject *box_all(Box *self, PyObject *given)
{
    PyObject *key, *value;
    Py_ssize_t pos = 0, size = 0;
    if (PyDict_CheckExact(given)) {
        size = PyDict_GET_SIZE(given);
    }
    PyObject *names = PyList_New(0);
    if (names == NULL)
        return NULL;
    if (PyDict_CheckExact(given)) {
        while (PyDict_Next(given, &pos, &key, &value)) {
            if (PyObject_SetItem(self->items, key, value) < 0) {
                Py_DECREF(names);
                return NULL;
            }
        }
    }
    self->count = size;
    return names;
}
`,
    ),
  ).toContain('The size of `given` is asked for where it may be no dict.');
});

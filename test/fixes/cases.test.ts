/** Rewrites with something to get wrong, each as a maintainer would want to read it. */
import { expect, test } from 'vitest';
import { fixed } from './fixed.ts';

const LOOKUP = 'borrowed-list-item';

test('the reference is dropped on every way out of a loop', () => {
  expect(
    fixed(
      LOOKUP,
      `
PyObject *box_find(Box *self, PyObject *key)
{
    for (Py_ssize_t i = 0; i < PyList_Size(self->items); i++) {
        PyObject *item = PyList_GetItem(self->items, i);
        if (item == NULL)
            return NULL;
        if (item == key)
            continue;
        if (PyObject_IsTrue(item) < 0)
            break;
        if (PyObject_RichCompareBool(item, key, Py_EQ))
            return Py_NewRef(item);
    }
    Py_RETURN_NONE;
}
`,
    ),
  ).toBe(`
PyObject *box_find(Box *self, PyObject *key)
{
    for (Py_ssize_t i = 0; i < PyList_Size(self->items); i++) {
        PyObject *item = PyList_GetItemRef(self->items, i);
        if (item == NULL)
            return NULL;
        if (item == key) {
            Py_DECREF(item);
            continue;
        }
        if (PyObject_IsTrue(item) < 0) {
            Py_DECREF(item);
            break;
        }
        if (PyObject_RichCompareBool(item, key, Py_EQ))
            return item;
        Py_DECREF(item);
    }
    Py_RETURN_NONE;
}
`);
});

test('a buffer that belongs to the item is used before the item is let go of', () => {
  expect(
    fixed(
      LOOKUP,
      `
PyObject *box_name(Box *self, PyObject *ignored)
{
    PyObject *item = PyList_GetItem(self->items, 0);
    if (item == NULL)
        return NULL;
    const char *name = PyUnicode_AsUTF8(item);
    self->hook = NULL;
    return PyUnicode_FromString(name);
}
`,
    ),
  ).toContain(`
    PyObject *result = PyUnicode_FromString(name);
    Py_DECREF(item);
    return result;
`);
});

test('what was taken apart is let go of behind the last use of its parts', () => {
  expect(
    fixed(
      LOOKUP,
      `
PyObject *box_pair(Box *self, PyObject *ignored)
{
    PyObject *name, *value;
    PyObject *pair = PyList_GetItem(self->items, 0);
    if (pair == NULL || !PyArg_ParseTuple(pair, "OO", &name, &value))
        return NULL;
    if (PyObject_IsTrue(name) < 0)
        return NULL;
    return PyObject_Repr(value);
}
`,
    ),
  ).toContain(`
    if (pair == NULL || !PyArg_ParseTuple(pair, "OO", &name, &value)) {
        Py_XDECREF(pair);
        return NULL;
    }
    if (PyObject_IsTrue(name) < 0) {
        Py_DECREF(pair);
        return NULL;
    }
    PyObject *result = PyObject_Repr(value);
    Py_DECREF(pair);
    return result;
`);
});

test('a function that lends what it borrowed is left alone', () => {
  expect(
    fixed(
      LOOKUP,
      'PyObject *box_first(Box *self, PyObject *i)\n{\n    PyObject *item = PyList_GetItem(self->items, 0);\n    Py_IncRef(self->hook);\n    return item;\n}\n',
    ),
  ).toBe('The function hands out the borrowed reference: its callers would have to release it.');
});

test('no hole is left in what a loop fills by index', () => {
  expect(
    fixed(
      LOOKUP,
      `
PyObject *box_copy(Box *self, PyObject *ignored)
{
    Py_ssize_t n = PyList_GET_SIZE(self->items);
    PyObject *out = PyTuple_New(n);
    if (out == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *text = PyObject_Str(PyList_GET_ITEM(self->items, i));
        PyObject *item = PyList_GET_ITEM(self->items, i);
        PyObject *both = PyNumber_Add(text, item);
        if (both == NULL) {
            Py_CLEAR(out);
            break;
        }
        PyTuple_SET_ITEM(out, i, both);
    }
    return out;
}
`,
    ),
  ).not.toContain('continue;');
});

test('an item that is gone leaves no hole where its position counts', () => {
  const loop = (body: string): string => `
extern int put(Box *self, Py_ssize_t at, PyObject *item);
int box_fill(Box *self, PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(self->items); i++) {
        PyObject *item = PyList_GET_ITEM(self->items, i);
        if (${body} < 0)
            return -1;
    }
    return 0;
}
PyObject *box_use(Box *self, PyObject *list) { return PyLong_FromLong(box_fill(self, list)); }
`;
  expect(fixed(LOOKUP, loop('put(self, i + 1, item)'))).toContain(
    '        if (item == NULL) {\n            return -1;\n',
  );
  expect(fixed(LOOKUP, loop('PyList_Append(list, item)'))).toContain(
    '            PyErr_Clear();\n            continue;\n',
  );
});

const VERSIONS = `
PyObject *box_tick(Box *self, PyObject *ignored)
{
    if (self->count > 10) {
#if PY_VERSION_HEX < 0x03080000
        return NULL;
#else
        PyErr_Clear();
#endif
    }
    self->count++;
    Py_RETURN_NONE;
}
`;

test('a lock does not go around code of other builds that leaves; older Pythons get a guard', () => {
  const text = fixed('object-field-rmw', VERSIONS, 'c', true);
  expect(text).toContain(`
    Py_BEGIN_CRITICAL_SECTION(self);
    self->count++;
    Py_END_CRITICAL_SECTION();
`);
  expect(text).toContain(`#include <Python.h>

#ifndef Py_BEGIN_CRITICAL_SECTION
#  define Py_BEGIN_CRITICAL_SECTION(op) {
#  define Py_END_CRITICAL_SECTION() }
#endif
`);
});

test('a callback is called with a reference of its own, not under the lock', () => {
  expect(
    fixed(
      'object-field-call-unowned',
      `
PyObject *box_run(Box *self, PyObject *ignored)
{
    if (self->hook == NULL)
        Py_RETURN_NONE;
    return PyObject_CallNoArgs(self->hook);
}
int box_set(Box *self, PyObject *value)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    Py_XSETREF(self->hook, Py_XNewRef(value));
    Py_END_CRITICAL_SECTION();
    return 0;
}
`,
    ),
  ).toContain(`
    PyObject *hook;
    Py_BEGIN_CRITICAL_SECTION(self);
    hook = Py_XNewRef(self->hook);
    Py_END_CRITICAL_SECTION();
    if (hook == NULL)
        Py_RETURN_NONE;
    PyObject *result = PyObject_CallNoArgs(hook);
    Py_DECREF(hook);
    return result;
`);
});

test('tabs, carriage returns and one-line functions keep their form', () => {
  expect(fixed('object-field-rmw', 'void box_tick(Box *self)\r\n{\r\n\tself->count++; /* once */\r\n}\r\n')).toBe(
    '\nvoid box_tick(Box *self)\r\n{\r\n\tPy_BEGIN_CRITICAL_SECTION(self);\r\n\tself->count++; /* once */\r\n\tPy_END_CRITICAL_SECTION();\r\n}\r\n',
  );
});

test('a counter becomes atomic in the language of its file', () => {
  const code =
    'static long calls;\nPyObject *tick(PyObject *m, PyObject *a)\n{\n    return PyLong_FromLong(++calls);\n}\n';
  expect(fixed('global-counter', code)).toContain('static _Atomic long calls;');
});

test('a line with braces stays a line, and other types of objects are cast', () => {
  expect(
    fixed(
      'object-field-read-unlocked',
      `
extern int use(Box *box);
typedef struct { PyObject_HEAD Box *inner; } Pair;
PyObject *pair_run(Pair *self, PyObject *ignored)
{
    if (use(self->inner) < 0) { return NULL; }
    Py_RETURN_NONE;
}
PyObject *pair_set(Pair *self, PyObject *inner)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    Py_XSETREF(self->inner, (Box *)Py_NewRef(inner));
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}
`,
    ),
  ).toContain(`
    Box *inner;
    Py_BEGIN_CRITICAL_SECTION(self);
    inner = (Box *)Py_XNewRef(self->inner);
    Py_END_CRITICAL_SECTION();
    if (use(inner) < 0) { Py_XDECREF(inner); return NULL; }
    Py_XDECREF(inner);
    Py_RETURN_NONE;
`);
});

test('where a reference is taken at once, the lock goes around both', () => {
  expect(
    fixed(
      'object-field-read-unlocked',
      `
PyObject *box_hook(Box *self, PyObject *ignored)
{
    PyObject *hook = self->hook;
    Py_XINCREF(hook);
    PyObject *text = PyObject_Repr(hook);
    Py_XDECREF(hook);
    return text;
}
PyObject *box_set(Box *self, PyObject *hook)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    Py_XSETREF(self->hook, Py_NewRef(hook));
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}
`,
    ),
  ).toContain(`
    PyObject *hook;
    Py_BEGIN_CRITICAL_SECTION(self);
    hook = self->hook;
    Py_XINCREF(hook);
    Py_END_CRITICAL_SECTION();
    PyObject *text = PyObject_Repr(hook);
`);
});

/** Where locks end, what stands in front of them, and what nobody may take apart. */
import { expect, test } from 'vitest';
import { fixed } from './fixed.ts';

test('an object that the code asks for first is asked for before its field is read', () => {
  expect(
    fixed(
      'object-field-read-unlocked',
      `
typedef struct { PyObject *attributes; } Extra;
typedef struct { PyObject_HEAD Extra *extra; } Element;
PyObject *element_keys(Element *self, PyObject *ignored)
{
    if (!self->extra || !self->extra->attributes)
        return PyList_New(0);
    return PyDict_Keys(self->extra->attributes);
}
int element_set(Element *self, PyObject *value)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    Py_XSETREF(self->extra->attributes, Py_XNewRef(value));
    Py_END_CRITICAL_SECTION();
    return 0;
}
`,
    ),
  ).toContain(`
    PyObject *attributes;
    Py_BEGIN_CRITICAL_SECTION(self);
    attributes = self->extra != NULL ? Py_XNewRef(self->extra->attributes) : NULL;
    Py_END_CRITICAL_SECTION();
    if (!self->extra || !attributes) {
        Py_XDECREF(attributes);
        return PyList_New(0);
    }
`);
});

test('where control leaves at the end anyway, it needs no jump', () => {
  expect(
    fixed(
      'object-field-rmw',
      `
PyObject *box_next(Box *self, PyObject *ignored)
{
    if (self->count < 10)
        return PyLong_FromLong(self->count++);
    else {
        Py_RETURN_NONE;
    }
}
`,
    ),
  ).toBe(`
PyObject *box_next(Box *self, PyObject *ignored)
{
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(self);
    if (self->count < 10)
        result = PyLong_FromLong(self->count++);
    else {
        result = Py_NewRef(Py_None);
    }
    Py_END_CRITICAL_SECTION();
    return result;
}
`);
});

test('a block that ends in a return is locked by itself', () => {
  expect(
    fixed(
      'object-field-rmw',
      `
PyObject *box_step(Box *self, PyObject *step)
{
    if (PyLong_Check(step)) {
        if (!PyLong_AsLong(step))
            return NULL;
        self->count++;
        return PyLong_FromLong(self->count);
    }
    return PyObject_Repr(step);
}
`,
    ),
  ).toContain(`
            return NULL;
        PyObject *result;
        Py_BEGIN_CRITICAL_SECTION(self);
        self->count++;
        result = PyLong_FromLong(self->count);
        Py_END_CRITICAL_SECTION();
        return result;
    }
    return PyObject_Repr(step);
`);
});

const HANDLE = `
typedef struct lib lib;
extern lib *lib_open(const char *);
extern void lib_close(lib *);
extern int lib_read(lib *);
typedef struct { PyObject_HEAD lib *handle; } Reader;
PyObject *reader_read(Reader *self, PyObject *ignored)
{
    return PyLong_FromLong(lib_read(self->handle));
}
`;

test('a handle is closed and forgotten under one lock', () => {
  expect(
    fixed(
      'shared-library-handle-unlocked',
      `${HANDLE.replace('lib_read(self->handle)', '0')}
PyObject *reader_close(Reader *self, PyObject *ignored)
{
    lib_close(self->handle);
    self->handle = NULL;
    Py_RETURN_NONE;
}
`,
    ),
  ).toContain(`
    Py_BEGIN_CRITICAL_SECTION(self);
    lib_close(self->handle);
    self->handle = NULL;
    Py_END_CRITICAL_SECTION();
`);
});

test('what may be NULL is not locked', () => {
  expect(
    fixed(
      'object-field-rmw',
      `
int box_count(Box *self, Box *other)
{
    if (other && other->count) {
        PyErr_Clear();
    }
    if (other == NULL || other->count++ > 3)
        return -1;
    return 0;
}
PyObject *box_use(Box *self, PyObject *other) { return PyLong_FromLong(box_count(self, (Box *)other)); }
`,
    ),
  ).toContain('`other` may be NULL where it would be locked.');
});

test('the old object is let go of with the swap, not before it', () => {
  expect(
    fixed(
      'setref-field-unlocked',
      `
PyObject *box_hook(Box *self, PyObject *hook)
{
    if (PyObject_IsTrue(self->hook) < 0)
        goto error;
    Py_DECREF(self->hook);
    self->hook = Py_NewRef(hook);
    Py_RETURN_NONE;
error:
    Py_CLEAR(self->items);
    return NULL;
}
`,
    ),
  ).toContain(`
        goto error;
    Py_SETREF(self->hook, Py_NewRef(hook));
    result = Py_NewRef(Py_None);
`);
});

test('what may be freed by the code is not locked by it', () => {
  expect(
    fixed(
      'object-field-rmw',
      `
void box_forget(Box *box)
{
    if (--box->count == 0)
        Py_DECREF(box);
}
PyObject *box_use(Box *self, PyObject *other) { box_forget((Box *)other); Py_RETURN_NONE; }
`,
    ),
  ).toContain('`box` may be freed while it is locked.');
});

test('a case of a switch needs no braces', () => {
  expect(
    fixed(
      'object-field-rmw',
      `
int box_move(Box *self, int way)
{
    switch (way) {
    case 0:
        self->count++;
        break;
    case 1:
        if (self->count == 0)
            return -1;
        self->count--;
        break;
    default:
        PyErr_SetString(PyExc_ValueError, "0 or 1");
        return -1;
    }
    return 0;
}
PyObject *box_use(Box *self, PyObject *way) { return PyLong_FromLong(box_move(self, way == Py_None)); }
`,
    ),
  ).toContain(`
    default:
        PyErr_SetString(PyExc_ValueError, "0 or 1");
        result = -1;
        goto done;
    }
`);
});

test('what is read only under a condition is not read in front of it', () => {
  const call = (test: string): string => `
typedef struct { PyObject_HEAD PyObject *hook; int kind; } Sub;
PyObject *box_run(Box *self, PyObject *other)
{
    if (${test} && PyObject_IsTrue(((Sub *)other)->hook))
        Py_RETURN_TRUE;
    Py_RETURN_NONE;
}
int sub_set(Sub *self, PyObject *hook)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    Py_XSETREF(self->hook, Py_XNewRef(hook));
    Py_END_CRITICAL_SECTION();
    return 0;
}
`;
  expect(fixed('object-field-read-unlocked', call('Py_TYPE(other) == Py_TYPE(self)'))).toContain(
    'is read only under a condition, and may not be there without.',
  );
});

test('a look-up in one branch of an expression is not made in front of it', () => {
  const code = (value: string): string => `
PyObject *box_first(Box *self, PyObject *ignored)
{
    return PyObject_Repr(${value});
}
`;
  expect(fixed('borrowed-list-item', code('PyList_GetItem(self->items, 0)'))).toContain('PyList_GetItemRef(');
  expect(fixed('borrowed-list-item', code('self->items ? PyList_GetItem(self->items, 0) : Py_None'))).toBe(
    'The reference is taken only under a condition of the same statement.',
  );
});

test('what stands in a scope of its own is indented', () => {
  expect(
    fixed(
      'object-field-rmw',
      `
static PyObject *box_add(Box *self, PyObject *arg)
{
    if (self->count > 10) {
        // Begin again.
        self->count = 0;
    }

    long count;
    count = ++self->count;
    arg = PyLong_FromLong(count);
    return arg;
}
static PyMethodDef methods[] = {{"add", (PyCFunction)box_add, METH_O, NULL}, {NULL, NULL, 0, NULL}};
`,
      'cpp',
    ),
  ).toContain(`
    long count;
    {
        ObjectLock locked(self);
        if (self->count > 10) {
            // Begin again.
            self->count = 0;
        }

        count = ++self->count;
    }
    arg = PyLong_FromLong(count);
`);
});

test('braces begin before a comment that stands between a condition and what it is for', () => {
  expect(
    fixed(
      'object-field-rmw',
      `
PyObject *box_take(Box *self, PyObject *ignored)
{
    if (self->count == 0)
        /* nothing is left */
        return NULL;
    self->count--;
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"take", (PyCFunction)box_take, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`,
    ),
  ).toContain(`
    if (self->count == 0) {
        /* nothing is left */
        result = NULL;
        goto done;
    }
    self->count--;
`);
});

/** What has to stay under one lock with the flagged access, and what a lock can't keep together. */
import { expect, test } from 'vitest';
import { fixed } from './fixed.ts';

const TRACK = `
typedef struct { PyObject_HEAD double *points; Py_ssize_t count; } Track;

static PyObject *track_shrink(Track *self, PyObject *ignored)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    double *points = PyMem_Realloc(self->points, sizeof(double));
    if (points != NULL) {
        self->points = points;
        self->count = 1;
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}
`;

const method = (name: string): string => `
static PyMethodDef methods[] = {
    {"shrink", (PyCFunction)track_shrink, METH_NOARGS, NULL},
    {"${name}", (PyCFunction)track_${name}, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`;

test('a length that changes with the memory, and pointers into it, belong under its lock', () => {
  expect(
    fixed(
      'field-buffer-realloc',
      `${TRACK}
static PyObject *track_get(Track *self, PyObject *arg)
{
    Py_ssize_t index = PyLong_AsSsize_t(arg);
    double *point;
    if (index < 0 || index >= self->count) {
        PyErr_SetString(PyExc_IndexError, "no such point");
        return NULL;
    }
    point = &self->points[index];
    double value = *point;
    return PyFloat_FromDouble(value);
}
${method('get')}`,
    ),
  ).toContain(`
    Py_ssize_t index = PyLong_AsSsize_t(arg);
    double *point;
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(self);
    if (index < 0 || index >= self->count) {
        PyErr_SetString(PyExc_IndexError, "no such point");
        result = NULL;
        goto done;
    }
    point = &self->points[index];
    double value = *point;
    result = PyFloat_FromDouble(value);
done:;
    Py_END_CRITICAL_SECTION();
    return result;
}
`);
});

test.each([
  ['a call', 'PyObject *value = PyObject_CallFunction(call, "d", *point);'],
  ['the next round', 'PyObject *value = PyFloat_FromDouble(*point);\n        PyObject_CallOneArg(call, value);'],
])('no lock keeps a pointer right over Python code: %s', (_, lines) => {
  const code = `${TRACK}
static PyObject *track_map(Track *self, PyObject *call)
{
    double *point = self->points;
    for (Py_ssize_t i = 0; i < 2; i++, point++) {
        ${lines}
        if (value == NULL)
            return NULL;
        Py_DECREF(value);
    }
    Py_RETURN_NONE;
}
${method('map')}`;
  expect(fixed('field-buffer-realloc', code)).toContain(
    'Python code may run there, which suspends the lock: copy what is needed first.',
  );
});

test('a function that changes more of the object than the counter is locked as a whole', () => {
  const code = `
PyObject *box_reset(Box *self, PyObject *ignored)
{
    self->hook = NULL;
    self->count++;
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"reset", (PyCFunction)box_reset, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`;
  expect(fixed('object-field-rmw', code)).toContain(`
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(self);
    result = box_reset_lock_held(self, ignored);
    Py_END_CRITICAL_SECTION();
    return result;
`);
});

test('room that a helper makes is still there when it is used', () => {
  expect(
    fixed(
      'object-field-rmw',
      `
static int box_has_room(Box *self)
{
    return self->count < 8;
}

PyObject *box_push(Box *self, PyObject *ignored)
{
    if (!box_has_room(self))
        Py_RETURN_NONE;
    self->count++;
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"push", (PyCFunction)box_push, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`,
    ),
  ).toContain(`
    Py_BEGIN_CRITICAL_SECTION(self);
    if (!box_has_room(self)) {
`);
});

test('a return without a value at the end of what is locked leaves nothing behind', () => {
  expect(
    fixed(
      'global-c-structure',
      `
typedef struct node { struct node *next; } Node;
static Node *first;

static void drop(Node *node)
{
    if (first == node) {
        first = node->next;
        return;
    }
    first->next = node->next;
    return;
}

static PyObject *box_drop(Box *self, PyObject *node)
{
    drop(PyCapsule_GetPointer(node, NULL));
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"drop", (PyCFunction)box_drop, METH_O, NULL}, {NULL, NULL, 0, NULL}};
`,
    ),
  ).toContain(`
    PyMutex_Lock(&first_mutex);
    if (first == node) {
        first = node->next;
        goto done;
    }
    first->next = node->next;
done:;
    PyMutex_Unlock(&first_mutex);
}
`);
});

test('what is called through a pointer with an object may run Python code', () => {
  expect(
    fixed(
      'bytearray-pointer',
      `
static PyObject *encode_into(Box *self, PyObject *buffer, PyObject *value, int (*encode)(char *, PyObject *))
{
    if (!PyByteArray_CheckExact(buffer))
        return NULL;
    char *text = PyByteArray_AS_STRING(buffer);
    if (encode(text, value) < 0)
        return NULL;
    text[0] = 0;
    Py_RETURN_NONE;
}

static int as_text(char *text, PyObject *value)
{
    return PyObject_IsTrue(value);
}

PyObject *box_encode(Box *self, PyObject *const *args, Py_ssize_t count)
{
    return encode_into(self, args[0], args[1], as_text);
}
static PyMethodDef methods[] = {{"encode", (PyCFunction)box_encode, METH_FASTCALL, NULL}, {NULL, NULL, 0, NULL}};
`,
    ),
  ).toContain('Python code may run there, which suspends the lock: copy what is needed first.');
});

test('helpers that look into the memory are called under the lock of the object', () => {
  expect(
    fixed(
      'field-buffer-realloc',
      `${TRACK}
static inline double point_at(Track *self, Py_ssize_t index)
{
    return self->points[index];
}

static PyObject *track_sum(Track *self, PyObject *ignored)
{
    double sum = 0;
    for (Py_ssize_t i = 0; i < self->count; i++)
        sum += point_at(self, i);
    return PyFloat_FromDouble(sum);
}
${method('sum')}`,
    ),
  ).toContain(`
    double sum = 0;
    Py_BEGIN_CRITICAL_SECTION(self);
    for (Py_ssize_t i = 0; i < self->count; i++)
        sum += point_at(self, i);
    Py_END_CRITICAL_SECTION();
    return PyFloat_FromDouble(sum);
`);
});

test('what a buffer is told and the count that keeps it so are one', () => {
  expect(
    fixed(
      'buffer-export-count',
      `
typedef struct { PyObject_HEAD char *data; Py_ssize_t size; int exports; } Block;

static int block_getbuffer(Block *self, Py_buffer *view, int flags)
{
    if (PyBuffer_FillInfo(view, (PyObject *)self, self->data, self->size, 1, flags) < 0)
        return -1;
    self->exports++;
    return 0;
}

static PyObject *block_resize(Block *self, PyObject *size)
{
    if (self->exports > 0)
        return NULL;
    char *data = PyMem_Realloc(self->data, PyLong_AsSize_t(size));
    if (data != NULL)
        self->data = data;
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"resize", (PyCFunction)block_resize, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {Py_bf_getbuffer, block_getbuffer}, {0, NULL}};
`,
    ),
  ).toContain(`
    Py_BEGIN_CRITICAL_SECTION(self);
    if (PyBuffer_FillInfo(view, (PyObject *)self, self->data, self->size, 1, flags) < 0) {
        result = -1;
        goto done;
    }
    self->exports++;
`);
});

test('a field whose address a helper gets is locked around the call; what the helper does in between is a decision', () => {
  const code = `
static void set_hook(PyObject **slot, PyObject *value)
{
    Py_XSETREF(*slot, Py_NewRef(value));
}

PyObject *box_hook(Box *self, PyObject *value)
{
    set_hook(&self->hook, value);
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"hook", (PyCFunction)box_hook, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`;
  expect(fixed('setref-field-unlocked', code)).toContain(`
    Py_BEGIN_CRITICAL_SECTION(self);
    set_hook(&self->hook, value);
    Py_END_CRITICAL_SECTION();
`);
});

test('a pointer that is stored is followed when the lock is gone', () => {
  expect(
    fixed(
      'bytearray-pointer',
      `
struct name { char *text; Py_ssize_t size; };

int to_name(PyObject *given, struct name *result)
{
    if (!PyByteArray_Check(given))
        return 0;
    result->text = PyByteArray_AsString(given);
    return 1;
}

PyObject *box_open(Box *self, PyObject *given)
{
    struct name name;
    if (!to_name(given, &name))
        return NULL;
    return PyLong_FromSsize_t(name.size);
}
static PyMethodDef methods[] = {{"open", (PyCFunction)box_open, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`,
    ),
  ).toContain('The pointer is kept for later: keep a copy of what it leads to.');
});

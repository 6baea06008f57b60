/** All fixes of a file: a lock in a caller may be all that a helper needs. */
import { expect, test } from 'vitest';
import { loadCore } from '../../server/src/host/core.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { memoryHost } from './memory.ts';

const TABLE = `#include <Python.h>
typedef struct { PyObject_HEAD Py_ssize_t length; Py_ssize_t room; } Table;

static int table_grow(Table *self)
{
    if (self->length < self->room)
        return 0;
    if (self->room > 1000)
        return -1;
    self->room += 8;
    return 0;
}

static PyObject *table_add(Table *self, PyObject *ignored)
{
    if (table_grow(self) < 0)
        return PyErr_NoMemory();
    self->length++;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"add", (PyCFunction)table_add, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`;

test('the caller is fixed first, and its helper, which stands before it, needs nothing any more', async () => {
  const workspace = new Workspace({ host: memoryHost({ '/p/table.c': TABLE }), core: await loadCore() });
  const fixed = await workspace.fixAll('/p/table.c', { safety: 'suggested', wanted: () => true });
  expect(fixed?.applied.map(one => one.fix.title)).toEqual(['Lock `self` around the update of `length`']);
  expect(fixed?.left).toEqual([]);
  expect(fixed?.text).toContain(`
    Py_BEGIN_CRITICAL_SECTION(self);
    if (table_grow(self) < 0) {
`);
});

const SETS = `#include <Python.h>
typedef struct { PyObject_HEAD Py_ssize_t used; long *slots; } Set;

static PyObject *set_add(Set *self, PyObject *arg)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    long *slots = PyMem_Realloc(self->slots, (size_t)(self->used + 1) * sizeof(long));
    if (slots != NULL) {
        self->slots = slots;
        self->used++;
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static int set_same(Set *a, Set *b)
{
    int same;
    Py_BEGIN_CRITICAL_SECTION(b);
    same = a->used == b->used && memcmp(a->slots, b->slots, (size_t)b->used * sizeof(long)) == 0;
    Py_END_CRITICAL_SECTION();
    return same;
}

static PyObject *set_equals(Set *self, PyObject *other)
{
    return PyBool_FromLong(set_same(self, (Set *)other));
}

static PyMethodDef methods[] = {
    {"add", (PyCFunction)set_add, METH_O, NULL},
    {"equals", (PyCFunction)set_equals, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`;

test('a helper that locks one of two objects locks both, and its caller none', async () => {
  const workspace = new Workspace({ host: memoryHost({ '/p/set.c': SETS }), core: await loadCore() });
  const fixed = await workspace.fixAll('/p/set.c', { safety: 'suggested', wanted: () => true });
  expect(fixed?.applied).toHaveLength(1);
  expect(fixed?.text).toContain('    Py_BEGIN_CRITICAL_SECTION2(b, a);\n');
});

/** Handles of libraries: whether they are open, what is done with them and what they lent are one. */
import { expect, test } from 'vitest';
import { fixed } from './fixed.ts';

const STORE = `
#include <ndbm.h>
typedef struct { PyObject_HEAD DBM *base; } Store;
`;

const storeMethod = (name: string): string => `
static PyObject *store_drop(Store *self, PyObject *name)
{
    datum key = { PyBytes_AS_STRING(name), PyBytes_GET_SIZE(name) };
    Py_BEGIN_CRITICAL_SECTION(self);
    dbm_delete(self->base, key);
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"drop", (PyCFunction)store_drop, METH_O, NULL},
    {"${name}", (PyCFunction)store_${name}, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};
static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
`;

test('whether a handle is open, its use and what it lent are one', () => {
  expect(
    fixed(
      'shared-library-handle-unlocked',
      `${STORE}
static PyObject *store_get(Store *self, PyObject *name)
{
    datum key = { PyBytes_AS_STRING(name), PyBytes_GET_SIZE(name) };
    datum found;
    if (self->base == NULL) {
        PyErr_SetString(PyExc_ValueError, "closed");
        return NULL;
    }
    found = dbm_fetch(self->base, key);
    return PyBytes_FromStringAndSize(found.dptr, found.dsize);
}
${storeMethod('get')}`,
    ),
  ).toContain(`
    datum found;
    PyObject *result;
    Py_BEGIN_CRITICAL_SECTION(self);
    if (self->base == NULL) {
        PyErr_SetString(PyExc_ValueError, "closed");
        result = NULL;
        goto done;
    }
    found = dbm_fetch(self->base, key);
    result = PyBytes_FromStringAndSize(found.dptr, found.dsize);
done:;
    Py_END_CRITICAL_SECTION();
    return result;
}
`);
});

test('a handle is asked for, closed and forgotten at once: two threads would close it twice', () => {
  expect(
    fixed(
      'shared-library-handle-unlocked',
      `${STORE}
static PyObject *store_close(Store *self, PyObject *ignored)
{
    if (self->base != NULL) {
        dbm_close(self->base);
    }
    self->base = NULL;
    Py_RETURN_NONE;
}
${storeMethod('close')}`,
    ),
  ).toContain(`
    Py_BEGIN_CRITICAL_SECTION(self);
    if (self->base != NULL) {
        dbm_close(self->base);
    }
    self->base = NULL;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
`);
});

test('the lock of the others is no lock for who is detached', () => {
  expect(
    fixed(
      'shared-library-handle-unlocked',
      `${STORE}
static PyObject *store_clear(Store *self, PyObject *ignored)
{
    Py_BEGIN_ALLOW_THREADS
    dbm_firstkey(self->base);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}
${storeMethod('clear')}`,
    ),
  ).toContain('The thread is detached there, and lets go of the lock that other uses of the handle take.');
});

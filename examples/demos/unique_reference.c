/* Py_REFCNT(o) == 1 as "nobody else has it": both threads see one reference, and both get the same tuple. */
#include "demo.h"

static PyObject *scratch;

static PyObject *
single(PyObject *Py_UNUSED(module), PyObject *value)
{
    if (scratch == NULL) {
        scratch = PyTuple_Pack(1, Py_None);
    }
    if (scratch == NULL || Py_REFCNT(scratch) != 1) {
        return PyTuple_Pack(1, value);
    }
    PyObject *old = PyTuple_GET_ITEM(scratch, 0);
    PyTuple_SET_ITEM(scratch, 0, Py_NewRef(value));
    Py_DECREF(old);
    return Py_NewRef(scratch);
}

static PyMethodDef methods[] = {{"single", single, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(unique_reference, methods)

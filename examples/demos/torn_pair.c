/* Two values that belong together, stored one after the other: a reader sees the first of the new and the second of the
   old pair. */
#include "demo.h"

static long number, opposite;

static PyObject *
store(PyObject *Py_UNUSED(module), PyObject *object)
{
    long value = PyLong_AsLong(object);
    number = value;
    opposite = -value;
    Py_RETURN_NONE;
}

/* 0 when the pair is one. */
static PyObject *
sum(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(number + opposite);
}

static PyMethodDef methods[] = {
    {"store", store, METH_O, NULL}, {"sum", sum, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(torn_pair, methods)

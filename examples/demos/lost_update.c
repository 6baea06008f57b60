/* count++ is a load, an addition and a store: two threads load the same value, and one update is gone. */
#include "demo.h"

static long count;

static PyObject *
bump(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    count++;
    Py_RETURN_NONE;
}

static PyObject *
total(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(count);
}

static PyMethodDef methods[] = {
    {"bump", bump, METH_NOARGS, NULL}, {"total", total, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(lost_update, methods)

/* Py_XSETREF is a load, a store and a DECREF: two threads load the same old value, and both let go of it. */
#include "demo.h"

static PyObject *current;

static PyObject *
replace(PyObject *Py_UNUSED(module), PyObject *value)
{
    Py_XSETREF(current, Py_NewRef(value));
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"replace", replace, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(swap_reference, methods)

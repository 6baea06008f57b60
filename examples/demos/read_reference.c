/* A reader of a pointer that a writer swaps under a lock of its own: the load and the INCREF are two steps. */
#include "demo.h"

static PyMutex lock;
static PyObject *current;

static PyObject *
replace(PyObject *Py_UNUSED(module), PyObject *value)
{
    PyMutex_Lock(&lock);
    PyObject *old = current;
    current = Py_NewRef(value);
    PyMutex_Unlock(&lock);
    Py_XDECREF(old);
    Py_RETURN_NONE;
}

static PyObject *
get(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return Py_NewRef(current != NULL ? current : Py_None);
}

static PyMethodDef methods[] = {
    {"replace", replace, METH_O, NULL}, {"get", get, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(read_reference, methods)

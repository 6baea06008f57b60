/* Two locks in opposite order: each thread holds one and waits for the other's, and a PyMutex is not released while its
   owner waits. With the GIL no switch falls between these two calls. */
#include "demo.h"

static PyMutex a, b;

static PyObject *
a_then_b(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyMutex_Lock(&a);
    PyMutex_Lock(&b);
    PyMutex_Unlock(&b);
    PyMutex_Unlock(&a);
    Py_RETURN_NONE;
}

static PyObject *
b_then_a(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyMutex_Lock(&b);
    PyMutex_Lock(&a);
    PyMutex_Unlock(&a);
    PyMutex_Unlock(&b);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"a_then_b", a_then_b, METH_NOARGS, NULL}, {"b_then_a", b_then_a, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(abba, methods)

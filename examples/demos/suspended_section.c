/* A call inside a section: the callback blocks, the thread detaches, and the section is released meanwhile. With the GIL
   the lock goes at the same place. */
#include "demo.h"

static long count;

static PyObject *
bump(PyObject *Py_UNUSED(module), PyObject *callback)
{
    PyObject *result;
    long before;
    Py_BEGIN_CRITICAL_SECTION(callback);
    before = count;
    result = PyObject_CallNoArgs(callback);
    count = before + 1;
    Py_END_CRITICAL_SECTION();
    return result;
}

static PyObject *
total(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(count);
}

static PyMethodDef methods[] = {
    {"bump", bump, METH_O, NULL}, {"total", total, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(suspended_section, methods)

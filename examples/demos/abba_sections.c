/* The same two orders with critical sections: the one that has to wait gives up what it holds, so there is no deadlock.
   What it holds afterwards is the inner lock only. */
#include "demo.h"

/* Locks both objects, first outer, then inner. */
static PyObject *
both(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *outer, *inner;
    if (!PyArg_ParseTuple(args, "OO", &outer, &inner)) {
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION(outer);
    Py_BEGIN_CRITICAL_SECTION(inner);
    Py_END_CRITICAL_SECTION();
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"both", both, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(abba_sections, methods)

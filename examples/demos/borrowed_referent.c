/* What a weak reference refers to, borrowed: the last owner lets go between the look-up and the INCREF. */
#include "demo.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static PyObject *
referent(PyObject *Py_UNUSED(module), PyObject *weak)
{
    PyObject *object = PyWeakref_GetObject(weak);
    Py_XINCREF(object);
    return object;
}

static PyMethodDef methods[] = {{"referent", referent, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(borrowed_referent, methods)

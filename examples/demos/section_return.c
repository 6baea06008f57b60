/* A return out of a critical section: the lock is never given back, and the thread keeps a pointer to a dead frame. */
#include "demo.h"

static PyObject *
refuse(PyObject *Py_UNUSED(module), PyObject *object)
{
    Py_BEGIN_CRITICAL_SECTION(object);
    if (PyList_CheckExact(object)) {
        Py_RETURN_FALSE;
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {{"refuse", refuse, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(section_return, methods)

/* An iterator that lets go of its source at the end: both threads see the end, and both DECREF the same source. */
#include "demo.h"

static PyObject *source;

static PyObject *
start(PyObject *Py_UNUSED(module), PyObject *object)
{
    source = Py_NewRef(object);
    Py_RETURN_NONE;
}

static PyObject *
finish(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyObject *done = source;
    if (done != NULL) {
        source = NULL;
        Py_DECREF(done);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"start", start, METH_O, NULL}, {"finish", finish, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(exhausted_iterator, methods)

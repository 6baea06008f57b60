/* Shared state touched between ALLOW_THREADS and its end: no lock there, with or without the GIL. */
#include "demo.h"

static long count;

/* Counts the bytes of an object. */
static PyObject *
feed(PyObject *Py_UNUSED(module), PyObject *args)
{
    const char *bytes;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#", &bytes, &size)) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    for (Py_ssize_t i = 0; i < size; i++) {
        count += bytes[i] != 0;
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
total(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(count);
}

static PyMethodDef methods[] = {
    {"feed", feed, METH_VARARGS, NULL}, {"total", total, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(detached_update, methods)

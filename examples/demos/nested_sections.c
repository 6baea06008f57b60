/* A section inside a section: waiting for the inner object releases the outer one, whose count is read before and
   written after. */
#include "demo.h"

static long count;

/* Adds one to the count, which outer's lock guards; inner is locked on the way. */
static PyObject *
bump(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *outer, *inner;
    long before;
    if (!PyArg_ParseTuple(args, "OO", &outer, &inner)) {
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION(outer);
    before = count;
    Py_BEGIN_CRITICAL_SECTION(inner);
    Py_END_CRITICAL_SECTION();
    count = before + 1;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

/* Keeps an object locked for a moment, so that others have to wait for it. */
static PyObject *
hold(PyObject *Py_UNUSED(module), PyObject *object)
{
    (void)object; /* with the GIL the macro drops it */
    Py_BEGIN_CRITICAL_SECTION(object);
    for (volatile int i = 0; i < 2000; i++) {
    }
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyObject *
total(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(count);
}

static PyMethodDef methods[] = {
    {"bump", bump, METH_VARARGS, NULL},
    {"hold", hold, METH_O, NULL},
    {"total", total, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

DEMO_MODULE(nested_sections, methods)

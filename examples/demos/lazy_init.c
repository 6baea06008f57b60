/* A static made on first use: both threads find NULL, both make the object, and each returns its own. */
#include "demo.h"

#define SLOTS 1000000

static PyObject *slots[SLOTS];

/* The object number i, made when it is first asked for. */
static PyObject *
get(PyObject *Py_UNUSED(module), PyObject *number)
{
    long i = PyLong_AsLong(number) % SLOTS;
    if (i < 0) {
        return PyErr_Occurred() ? NULL : PyErr_Format(PyExc_IndexError, "negative");
    }
    if (slots[i] == NULL) {
        slots[i] = PyList_New(0);
    }
    return Py_XNewRef(slots[i]);
}

/* Called while nobody else is there. */
static PyObject *
forget(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    for (long i = 0; i < SLOTS; i++) {
        Py_CLEAR(slots[i]);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"get", get, METH_O, NULL}, {"forget", forget, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(lazy_init, methods)

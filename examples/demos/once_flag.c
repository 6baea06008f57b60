/* A flag for "was set up" that is raised before the work is done: the second thread goes on with half of it. */
#include "demo.h"

#define SIZE 20000

static int ready;
static long table[SIZE];

static PyObject *
forget(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    for (int i = 0; i < SIZE; i++) {
        table[i] = 0;
    }
    ready = 0;
    Py_RETURN_NONE;
}

/* The last entry of the table, which is 1 in every finished table. */
static PyObject *
last(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    if (!ready) {
        ready = 1;
        for (int i = 0; i < SIZE; i++) {
            table[i] = 1;
        }
    }
    return PyLong_FromLong(table[SIZE - 1]);
}

static PyMethodDef methods[] = {
    {"forget", forget, METH_NOARGS, NULL}, {"last", last, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(once_flag, methods)

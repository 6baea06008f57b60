/* A reference count of one's own, not atomic: a lost decrement leaks, a lost increment frees too early. */
#include "demo.h"

typedef struct {
    long refs;
} shared;

static shared *current;

static PyObject *
create(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    current = PyMem_Calloc(1, sizeof(shared));
    if (current == NULL) {
        return PyErr_NoMemory();
    }
    current->refs = 1;
    Py_RETURN_NONE;
}

/* Takes a reference and gives it back; says how many there were meanwhile. */
static PyObject *
use(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    shared *mine = current;
    mine->refs++;
    PyObject *count = PyLong_FromLong(mine->refs);
    if (--mine->refs == 0) {
        PyMem_Free(mine);
    }
    return count;
}

static PyMethodDef methods[] = {
    {"create", create, METH_NOARGS, NULL}, {"use", use, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(own_count, methods)

/* A count of live objects, kept in tp_dealloc: that runs in whatever thread lets go last. */
#include "demo.h"

static long live;

static PyObject *
token_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    static PyMutex lock;
    PyMutex_Lock(&lock);
    live++; /* only the other end is wrong */
    PyMutex_Unlock(&lock);
    return type->tp_alloc(type, 0);
}

static void
token_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    live--;
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot token_slots[] = {{Py_tp_new, token_new}, {Py_tp_dealloc, token_dealloc}, {0, NULL}};
static PyType_Spec token_spec = {
    .name = "dealloc_count.Token", .basicsize = sizeof(PyObject), .flags = Py_TPFLAGS_DEFAULT, .slots = token_slots
};

static PyObject *
token_type(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyType_FromSpec(&token_spec);
}

static PyObject *
count(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(live);
}

static PyMethodDef methods[] = {
    {"token_type", token_type, METH_NOARGS, NULL}, {"count", count, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(dealloc_count, methods)

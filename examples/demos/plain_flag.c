/* A plain flag as a signal: the compiler may read it once and then wait for ever. */
#include "demo.h"

static int stop;

static PyObject *
wait_for_stop(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_BEGIN_ALLOW_THREADS
    while (!stop) {
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
set_stop(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    stop = 1;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"wait_for_stop", wait_for_stop, METH_NOARGS, NULL}, {"set_stop", set_stop, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(plain_flag, methods)

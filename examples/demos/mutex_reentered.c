/* A PyMutex held while Python code runs: the callback comes back for the lock that its own thread holds. */
#include "demo.h"

static PyMutex lock;

static PyObject *
call(PyObject *Py_UNUSED(module), PyObject *callback)
{
    PyMutex_Lock(&lock);
    PyObject *result = PyObject_CallNoArgs(callback);
    PyMutex_Unlock(&lock);
    return result;
}

static PyMethodDef methods[] = {{"call", call, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(mutex_reentered, methods)

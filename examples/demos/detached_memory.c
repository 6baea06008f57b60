/* Memory from Python's allocator while the thread is detached: its heap belongs to the thread state that is not there. */
#include "demo.h"

static PyObject *
allocate(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    void *block;
    Py_BEGIN_ALLOW_THREADS
    block = PyMem_Malloc(64);
    PyMem_Free(block);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"allocate", allocate, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(detached_memory, methods)

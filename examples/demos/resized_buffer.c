/* A buffer that one function resizes while another reads it: the reader's pointer is stale, or its length is. */
#include "demo.h"

static char *buffer;
static Py_ssize_t length;

static PyObject *
resize(PyObject *Py_UNUSED(module), PyObject *number)
{
    Py_ssize_t size = PyLong_AsSsize_t(number);
    char *bigger = size < 0 ? NULL : PyMem_Realloc(buffer, (size_t)size + 1);
    if (bigger == NULL) {
        return PyErr_NoMemory();
    }
    memset(bigger, 'a', (size_t)size);
    buffer = bigger;
    length = size;
    Py_RETURN_NONE;
}

/* How many of the bytes are not 'a'. */
static PyObject *
foreign(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t foreign = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        foreign += buffer[i] != 'a';
    }
    return PyLong_FromSsize_t(foreign);
}

static PyMethodDef methods[] = {
    {"resize", resize, METH_O, NULL}, {"foreign", foreign, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}
};

DEMO_MODULE(resized_buffer, methods)

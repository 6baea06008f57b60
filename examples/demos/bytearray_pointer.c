/* A pointer into a bytearray that another thread resizes: the bytes that are read are no longer its bytes. */
#include "demo.h"

/* How many of the bytes are not 'a'. */
static PyObject *
foreign(PyObject *Py_UNUSED(module), PyObject *array)
{
    Py_ssize_t size = PyByteArray_Size(array), foreign = 0;
    const char *bytes = PyByteArray_AsString(array);
    for (Py_ssize_t i = 0; i < size; i++) {
        foreign += bytes[i] != 'a';
    }
    return PyLong_FromSsize_t(foreign);
}

static PyMethodDef methods[] = {{"foreign", foreign, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(bytearray_pointer, methods)

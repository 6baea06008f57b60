/* A static buffer filled on every call: the other thread writes its text over it before it is read. */
#include "demo.h"

static PyObject *
text(PyObject *Py_UNUSED(module), PyObject *number)
{
    static char buffer[32];
    PyOS_snprintf(buffer, sizeof buffer, "%020ld", PyLong_AsLong(number));
    return PyUnicode_FromString(buffer);
}

static PyMethodDef methods[] = {{"text", text, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(scratch_buffer, methods)

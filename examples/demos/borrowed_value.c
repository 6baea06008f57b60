/* A borrowed dict value: the look-up takes a reference and drops it again before it returns. */
#include "demo.h"

static PyObject *
value(PyObject *Py_UNUSED(module), PyObject *dict)
{
    PyObject *value = PyDict_GetItemString(dict, "k");
    Py_XINCREF(value);
    return value;
}

static PyMethodDef methods[] = {{"value", value, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(borrowed_value, methods)

/* Two calls that each lock the dict are not one: both threads miss the key, both store. */
#include "demo.h"

static PyObject *
get_or_make(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *dict, *key, *value;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key)) {
        return NULL;
    }
    int found = PyDict_GetItemRef(dict, key, &value);
    if (found != 0) {
        return value;
    }
    value = PyList_New(0);
    if (value != NULL && PyDict_SetItem(dict, key, value) < 0) {
        Py_CLEAR(value);
    }
    return value;
}

static PyMethodDef methods[] = {{"get_or_make", get_or_make, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(check_then_act, methods)

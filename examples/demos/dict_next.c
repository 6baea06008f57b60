/* PyDict_Next takes no lock and lends key and value: another thread removes the entry while it is looked at. */
#include "demo.h"

/* The first key of the dict, after a walk through all of it. */
static PyObject *
first(PyObject *Py_UNUSED(module), PyObject *dict)
{
    Py_ssize_t pos = 0;
    PyObject *key, *value, *first = NULL;
    while (PyDict_Next(dict, &pos, &key, &value)) {
        if (first == NULL) {
            first = key;
        }
    }
    return Py_NewRef(first != NULL ? first : Py_None);
}

static PyMethodDef methods[] = {{"first", first, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(dict_next, methods)

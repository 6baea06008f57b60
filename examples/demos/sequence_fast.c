/* PySequence_Fast of a list is that list: another thread empties it between the size and the item. */
#include "demo.h"

static PyObject *
copy(PyObject *Py_UNUSED(module), PyObject *items)
{
    PyObject *fast = PySequence_Fast(items, "not a sequence");
    PyObject *result = fast != NULL ? PyList_New(0) : NULL;
    if (result == NULL) {
        Py_XDECREF(fast);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast); i++) {
        if (PyList_Append(result, PySequence_Fast_GET_ITEM(fast, i)) < 0) {
            Py_CLEAR(result);
            break;
        }
    }
    Py_DECREF(fast);
    return result;
}

static PyMethodDef methods[] = {{"copy", copy, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(sequence_fast, methods)

/* A borrowed list item: the other thread replaces the item, and with it frees it, between the look-up and the INCREF.
   Biased reference counts don't help: nobody counted this reference yet. */
#include "demo.h"

static PyObject *
first(PyObject *Py_UNUSED(module), PyObject *list)
{
    PyObject *item = PyList_GetItem(list, 0);
    Py_XINCREF(item);
    return item;
}

static PyMethodDef methods[] = {{"first", first, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(borrowed_item, methods)

/* gmtime() returns a static struct that every caller in the process shares. */
#include "demo.h"

#include <time.h>

static PyObject *
stamp(PyObject *Py_UNUSED(module), PyObject *seconds)
{
    time_t when = (time_t)PyLong_AsLongLong(seconds);
    struct tm *utc = gmtime(&when);
    char text[40];
    size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", utc);
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)length);
}

static PyMethodDef methods[] = {{"stamp", stamp, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(libc_time, methods)

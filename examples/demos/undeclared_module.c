/* A module that does not say that it can do without the GIL: importing it turns the GIL on for the whole process. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyModuleDef_Slot slots[] = {{0, NULL}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "undeclared_module", .m_slots = slots};

PyMODINIT_FUNC
PyInit_undeclared_module(void)
{
    return PyModuleDef_Init(&module);
}

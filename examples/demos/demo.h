/* What every demo module needs: Python.h, and the declaration of a module that runs without the GIL. */
#ifndef DEMO_H
#define DEMO_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define DEMO_MODULE(NAME, METHODS)                                                          \
    static PyModuleDef_Slot demo_slots[] = {                                                \
        {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},               \
        {Py_mod_gil, Py_MOD_GIL_NOT_USED},                                                  \
        {0, NULL},                                                                          \
    };                                                                                      \
    static PyModuleDef demo_module = {                                                      \
        PyModuleDef_HEAD_INIT, .m_name = #NAME, .m_methods = METHODS, .m_slots = demo_slots \
    };                                                                                      \
    PyMODINIT_FUNC PyInit_##NAME(void)                                                      \
    {                                                                                       \
        return PyModuleDef_Init(&demo_module);                                              \
    }

#endif

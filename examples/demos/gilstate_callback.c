/* PyGILState_Ensure as a lock: without the GIL it only attaches the thread, and many are inside at once. */
#include "demo.h"

#include <pthread.h>

#define ROUNDS 20000

static long count;

/* A library's threads call this, so it "takes the GIL". */
static void *
callback(void *Py_UNUSED(unused))
{
    for (int i = 0; i < ROUNDS; i++) {
        PyGILState_STATE state = PyGILState_Ensure();
        count++;
        PyGILState_Release(state);
    }
    return NULL;
}

/* Runs the callback in two native threads; returns how many of its updates are missing. */
static PyObject *
missing(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    pthread_t threads[2];
    int started = 0;
    count = 0;
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 2; i++) {
        started += pthread_create(&threads[started], NULL, callback, NULL) == 0;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    Py_END_ALLOW_THREADS
    return PyLong_FromLong((long)started * ROUNDS - count);
}

static PyMethodDef methods[] = {{"missing", missing, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(gilstate_callback, methods)

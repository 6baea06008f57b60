/* A free list of C blocks: both threads take the same block, and one writes over what the other stored. */
#include "demo.h"

#define MAX_FREE 8

typedef struct {
    char text[32];
} block;

static block *free_blocks[MAX_FREE];
static int free_count;

static block *
take(void)
{
    if (free_count > 0) {
        return free_blocks[--free_count];
    }
    return PyMem_Malloc(sizeof(block));
}

static void
give_back(block *b)
{
    if (free_count < MAX_FREE) {
        free_blocks[free_count++] = b;
    }
    else {
        PyMem_Free(b);
    }
}

/* The number as text, written in a block of its own. */
static PyObject *
echo(PyObject *Py_UNUSED(module), PyObject *number)
{
    long value = PyLong_AsLong(number);
    block *b = take();
    if (b == NULL) {
        return PyErr_NoMemory();
    }
    PyOS_snprintf(b->text, sizeof b->text, "%ld", value);
    PyObject *text = PyUnicode_FromString(b->text);
    give_back(b);
    return text;
}

static PyMethodDef methods[] = {{"echo", echo, METH_O, NULL}, {NULL, NULL, 0, NULL}};

DEMO_MODULE(free_list, methods)

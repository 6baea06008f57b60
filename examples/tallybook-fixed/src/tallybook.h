#ifndef TALLYBOOK_H
#define TALLYBOOK_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdatomic.h>
#include <stddef.h>

/* A label and how often it was counted. */
typedef struct {
    PyObject_HEAD
    PyObject *label;    /* never changes */
    atomic_long count;
} TallyObject;

/* The fields from loader down change: they are used under the book's critical section only. */
typedef struct {
    PyObject_HEAD
    unsigned long id;
    PyObject *title;
    PyObject *counts;   /* dict: label -> Tally */
    PyObject *names;    /* dict: label -> the object that stands for it */
    PyObject *history;  /* list of labels, oldest first */
    PyObject *watcher;  /* weak reference, or NULL */
    PyObject *loader;   /* called for labels that have no tally, or NULL */
    PyObject *notes;    /* list, made when somebody asks for it */
    long total;
    long hits;
    long misses;
} BookObject;

/* One for each interpreter. */
typedef struct {
    PyTypeObject *tally_type;
    PyTypeObject *book_type;
    PyObject *registry;  /* dict: title -> Book */
    PyMutex lock;        /* guards the two below; no Python code runs under it */
    PyObject *untitled;
    PyObject *dumps;
} tallybook_state;

extern PyType_Spec Book_spec;

/* tallybook.c */
PyObject *tally_create(PyTypeObject *type, PyObject *label);
PyObject *default_title(tallybook_state *state);
void journal_note(void);

/* book.c */
long book_live(void);

#endif

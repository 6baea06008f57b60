#ifndef TALLYBOOK_H
#define TALLYBOOK_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stddef.h>

/* A label and how often it was counted. */
typedef struct {
    PyObject_HEAD
    PyObject *label;
    long count;
} TallyObject;

typedef struct {
    PyObject_HEAD
    unsigned long id;
    PyObject *title;
    PyObject *counts;   /* dict: label -> Tally */
    PyObject *names;    /* dict: label -> the object that stands for it */
    PyObject *history;  /* list of labels, oldest first */
    PyObject *loader;   /* called for labels that have no tally, or NULL */
    PyObject *notes;    /* list, made when somebody asks for it */
    PyObject *watcher;  /* weak reference, or NULL */
    PyObject *summary;  /* tuple (hits, misses), kept for reuse */
    long total;
    long hits;
    long misses;
} BookObject;

extern PyTypeObject *Tally_Type;
extern PyTypeObject *Book_Type;
extern PyType_Spec Book_spec;

/* tallybook.c */
PyObject *tally_create(PyObject *label);
PyObject *default_title(void);
void journal_note(void);

/* book.c */
long book_live(void);

#endif

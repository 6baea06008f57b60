#include "tallybook.h"

#include <limits.h>

static atomic_ulong last_id;
static atomic_long live_books;

long
book_live(void)
{
    return atomic_load(&live_books);
}

static PyObject *
Book_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"title", "watcher", NULL};
    PyObject *title = NULL, *watcher = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|UO:Book", keywords, &title, &watcher)) {
        return NULL;
    }
    tallybook_state *state = PyType_GetModuleState(type);
    if (state == NULL) {
        return NULL;
    }
    BookObject *self = (BookObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    atomic_fetch_add(&live_books, 1);
    self->id = atomic_fetch_add(&last_id, 1) + 1;
    self->title = title != NULL ? Py_NewRef(title) : default_title(state);
    self->counts = PyDict_New();
    self->names = PyDict_New();
    self->history = PyList_New(0);
    if (!self->title || !self->counts || !self->names || !self->history) {
        Py_DECREF(self);
        return NULL;
    }
    if (watcher != Py_None) {
        self->watcher = PyWeakref_NewRef(watcher, NULL);
        if (self->watcher == NULL) {
            Py_DECREF(self);
            return NULL;
        }
    }
    return (PyObject *)self;
}

static int
Book_traverse(BookObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->title);
    Py_VISIT(self->counts);
    Py_VISIT(self->names);
    Py_VISIT(self->history);
    Py_VISIT(self->watcher);
    Py_VISIT(self->loader);
    Py_VISIT(self->notes);
    return 0;
}

static int
Book_clear(BookObject *self)
{
    Py_CLEAR(self->title);
    Py_CLEAR(self->counts);
    Py_CLEAR(self->names);
    Py_CLEAR(self->history);
    Py_CLEAR(self->watcher);
    Py_CLEAR(self->loader);
    Py_CLEAR(self->notes);
    return 0;
}

static void
Book_dealloc(BookObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    atomic_fetch_sub(&live_books, 1);
    Book_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* The tally of a label, made when there is none: a new reference. */
static PyObject *
find_tally(BookObject *self, PyTypeObject *tally_type, PyObject *label)
{
    PyObject *tally;
    if (PyDict_GetItemRef(self->counts, label, &tally) != 0) {
        return tally;
    }
    PyObject *fresh = tally_create(tally_type, label);
    if (fresh == NULL) {
        return NULL;
    }
    int status = PyDict_SetDefaultRef(self->counts, label, fresh, &tally);
    Py_DECREF(fresh);
    return status < 0 ? NULL : tally;
}

/* Counts a label. */
static PyObject *
Book_add(BookObject *self, PyObject *args)
{
    PyObject *label;
    long amount = 1;
    if (!PyArg_ParseTuple(args, "U|l:add", &label, &amount)) {
        return NULL;
    }
    tallybook_state *state = PyType_GetModuleState(Py_TYPE(self));
    if (state == NULL) {
        return NULL;
    }
    PyObject *tally = find_tally(self, state->tally_type, label);
    if (tally == NULL) {
        return NULL;
    }
    if (!Py_IS_TYPE(tally, state->tally_type)) {
        PyErr_SetString(PyExc_TypeError, "counts must map labels to tallies");
        Py_DECREF(tally);
        return NULL;
    }
    atomic_fetch_add(&((TallyObject *)tally)->count, amount);
    Py_DECREF(tally);
    if (PyList_Append(self->history, label) < 0) {
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION(self);
    self->total += amount;
    Py_END_CRITICAL_SECTION();
    journal_note();
    Py_RETURN_NONE;
}

/* The tally of a label; else what the loader makes of it; else None. */
static PyObject *
Book_get(BookObject *self, PyObject *label)
{
    PyObject *tally, *loader = NULL;
    int found = PyDict_GetItemRef(self->counts, label, &tally);
    if (found < 0) {
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION(self);
    if (found) {
        self->hits++;
    }
    else {
        self->misses++;
        loader = Py_XNewRef(self->loader);
    }
    Py_END_CRITICAL_SECTION();
    if (found) {
        return tally;
    }
    if (loader != NULL) {
        PyObject *loaded = PyObject_CallOneArg(loader, label);
        Py_DECREF(loader);
        return loaded;
    }
    Py_RETURN_NONE;
}

/* One object for all equal labels, so that histories can share it. */
static PyObject *
Book_intern(BookObject *self, PyObject *label)
{
    PyObject *shared;
    if (PyDict_SetDefaultRef(self->names, label, label, &shared) < 0) {
        return NULL;
    }
    return shared;
}

/* The oldest label of the history. */
static PyObject *
Book_first(BookObject *self, PyObject *Py_UNUSED(ignored))
{
    return PyList_GetItemRef(self->history, 0);
}

/* Adds labels to the history without counting them. */
static PyObject *
Book_extend(BookObject *self, PyObject *labels)
{
    PyObject *snapshot = PySequence_Tuple(labels);
    if (snapshot == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(snapshot); i++) {
        if (PyList_Append(self->history, PyTuple_GET_ITEM(snapshot, i)) < 0) {
            Py_DECREF(snapshot);
            return NULL;
        }
    }
    Py_DECREF(snapshot);
    Py_RETURN_NONE;
}

/* The label that was counted most often, or None. */
static PyObject *
Book_top(BookObject *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t pos = 0;
    PyObject *label, *value, *top = Py_None;
    long most = LONG_MIN;
    tallybook_state *state = PyType_GetModuleState(Py_TYPE(self));
    if (state == NULL) {
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION(self->counts);
    while (PyDict_Next(self->counts, &pos, &label, &value)) {
        if (Py_IS_TYPE(value, state->tally_type)) {
            long count = atomic_load(&((TallyObject *)value)->count);
            if (count > most) {
                most = count;
                top = label;
            }
        }
    }
    Py_INCREF(top);
    Py_END_CRITICAL_SECTION();
    return top;
}

/* Hands the running total over and starts again from zero. */
static PyObject *
Book_settle(BookObject *self, PyObject *Py_UNUSED(ignored))
{
    long settled;
    Py_BEGIN_CRITICAL_SECTION(self);
    settled = self->total;
    self->total = 0;
    Py_END_CRITICAL_SECTION();
    if (settled == 0) {
        PyErr_SetString(PyExc_ValueError, "nothing to settle");
        return NULL;
    }
    return PyLong_FromLong(settled);
}

/* (hits, misses) */
static PyObject *
Book_summary(BookObject *self, PyObject *Py_UNUSED(ignored))
{
    long hits, misses;
    Py_BEGIN_CRITICAL_SECTION(self);
    hits = self->hits;
    misses = self->misses;
    Py_END_CRITICAL_SECTION();
    return Py_BuildValue("(ll)", hits, misses);
}

static PyObject *
Book_get_loader(BookObject *self, void *Py_UNUSED(closure))
{
    PyObject *loader;
    Py_BEGIN_CRITICAL_SECTION(self);
    loader = Py_XNewRef(self->loader);
    Py_END_CRITICAL_SECTION();
    return loader != NULL ? loader : Py_NewRef(Py_None);
}

static int
Book_set_loader(BookObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    PyObject *old;
    if (value != NULL && value != Py_None && !PyCallable_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "loader must be callable or None");
        return -1;
    }
    Py_BEGIN_CRITICAL_SECTION(self);
    old = self->loader;
    self->loader = value == Py_None ? NULL : Py_XNewRef(value);
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old);
    return 0;
}

static PyObject *
Book_get_notes(BookObject *self, void *Py_UNUSED(closure))
{
    PyObject *notes;
    Py_BEGIN_CRITICAL_SECTION(self);
    if (self->notes == NULL) {
        self->notes = PyList_New(0);
    }
    notes = Py_XNewRef(self->notes);
    Py_END_CRITICAL_SECTION();
    return notes;
}

static PyObject *
Book_get_watcher(BookObject *self, void *Py_UNUSED(closure))
{
    PyObject *watcher;
    if (self->watcher == NULL) {
        Py_RETURN_NONE;
    }
    if (PyWeakref_GetRef(self->watcher, &watcher) < 0) {
        return NULL;
    }
    return watcher != NULL ? watcher : Py_NewRef(Py_None);
}

static PyObject *
Book_get_total(BookObject *self, void *Py_UNUSED(closure))
{
    long total;
    Py_BEGIN_CRITICAL_SECTION(self);
    total = self->total;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromLong(total);
}

static PyMethodDef Book_methods[] = {
    {"add", (PyCFunction)Book_add, METH_VARARGS, PyDoc_STR("add(label, amount=1): count a label")},
    {"get", (PyCFunction)Book_get, METH_O, PyDoc_STR("get(label): its tally, or what the loader returns")},
    {"intern", (PyCFunction)Book_intern, METH_O, PyDoc_STR("intern(label): the object that stands for it")},
    {"first", (PyCFunction)Book_first, METH_NOARGS, PyDoc_STR("the oldest label of the history")},
    {"extend", (PyCFunction)Book_extend, METH_O, PyDoc_STR("extend(labels): append to the history")},
    {"top", (PyCFunction)Book_top, METH_NOARGS, PyDoc_STR("the label that was counted most often")},
    {"settle", (PyCFunction)Book_settle, METH_NOARGS, PyDoc_STR("return the total and reset it")},
    {"summary", (PyCFunction)Book_summary, METH_NOARGS, PyDoc_STR("(hits, misses)")},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef Book_getset[] = {
    {"loader", (getter)Book_get_loader, (setter)Book_set_loader, NULL, NULL},
    {"notes", (getter)Book_get_notes, NULL, NULL, NULL},
    {"watcher", (getter)Book_get_watcher, NULL, NULL, NULL},
    {"total", (getter)Book_get_total, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef Book_members[] = {
    {"id", Py_T_ULONG, offsetof(BookObject, id), Py_READONLY, NULL},
    {"title", Py_T_OBJECT_EX, offsetof(BookObject, title), Py_READONLY, NULL},
    {"counts", Py_T_OBJECT_EX, offsetof(BookObject, counts), Py_READONLY, NULL},
    {"names", Py_T_OBJECT_EX, offsetof(BookObject, names), Py_READONLY, NULL},
    {"history", Py_T_OBJECT_EX, offsetof(BookObject, history), Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot Book_slots[] = {
    {Py_tp_doc, "Book(title=None, watcher=None): counts labels"},
    {Py_tp_new, Book_new},
    {Py_tp_traverse, Book_traverse},
    {Py_tp_clear, Book_clear},
    {Py_tp_dealloc, Book_dealloc},
    {Py_tp_methods, Book_methods},
    {Py_tp_getset, Book_getset},
    {Py_tp_members, Book_members},
    {0, NULL},
};

PyType_Spec Book_spec = {
    .name = "tallybook.Book",
    .basicsize = sizeof(BookObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = Book_slots,
};

#include "tallybook.h"

#include <limits.h>

/* PyWeakref_GetObject() is deprecated since 3.13. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

PyTypeObject *Book_Type;

static unsigned long last_id;
static long live_books;

long
book_live(void)
{
    return live_books;
}

static PyObject *
Book_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"title", "watcher", NULL};
    PyObject *title = NULL, *watcher = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|UO:Book", keywords, &title, &watcher)) {
        return NULL;
    }
    BookObject *self = (BookObject *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    live_books++;
    self->id = ++last_id;
    self->title = title != NULL ? Py_NewRef(title) : default_title();
    self->counts = PyDict_New();
    self->names = PyDict_New();
    self->history = PyList_New(0);
    self->summary = Py_BuildValue("(ii)", 0, 0);
    if (!self->title || !self->counts || !self->names || !self->history || !self->summary) {
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
    Py_VISIT(self->loader);
    Py_VISIT(self->notes);
    Py_VISIT(self->watcher);
    Py_VISIT(self->summary);
    return 0;
}

static int
Book_clear(BookObject *self)
{
    Py_CLEAR(self->title);
    Py_CLEAR(self->counts);
    Py_CLEAR(self->names);
    Py_CLEAR(self->history);
    Py_CLEAR(self->loader);
    Py_CLEAR(self->notes);
    Py_CLEAR(self->watcher);
    Py_CLEAR(self->summary);
    return 0;
}

static void
Book_dealloc(BookObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    live_books--;
    Book_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* The tally of a label, made when there is none: a new reference. */
static PyObject *
find_tally(BookObject *self, PyObject *label)
{
    PyObject *tally;
    if (PyDict_GetItemRef(self->counts, label, &tally) != 0) {
        return tally;
    }
    PyObject *fresh = tally_create(label);
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
    PyObject *found = find_tally(self, label);
    if (found == NULL) {
        return NULL;
    }
    if (!Py_IS_TYPE(found, Tally_Type)) {
        PyErr_SetString(PyExc_TypeError, "counts must map labels to tallies");
        Py_DECREF(found);
        return NULL;
    }
    TallyObject *tally = (TallyObject *)found;
    tally->count += amount;
    Py_DECREF(tally);
    if (PyList_Append(self->history, label) < 0) {
        return NULL;
    }
    self->total += amount;
    journal_note();
    Py_RETURN_NONE;
}

/* The tally of a label; else what the loader makes of it; else None. */
static PyObject *
Book_get(BookObject *self, PyObject *label)
{
    PyObject *found = PyDict_GetItemWithError(self->counts, label);
    if (found != NULL) {
        self->hits++;
        return Py_NewRef(found);
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    self->misses++;
    if (self->loader != NULL) {
        return PyObject_CallOneArg(self->loader, label);
    }
    Py_RETURN_NONE;
}

/* One object for all equal labels, so that histories can share it. */
static PyObject *
Book_intern(BookObject *self, PyObject *label)
{
    PyObject *shared = PyDict_SetDefault(self->names, label, label);
    return Py_XNewRef(shared);
}

/* The oldest label of the history. */
static PyObject *
Book_first(BookObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *label = PyList_GetItem(self->history, 0);
    return Py_XNewRef(label);
}

/* Adds labels to the history without counting them. */
static PyObject *
Book_extend(BookObject *self, PyObject *labels)
{
    PyObject *fast = PySequence_Fast(labels, "extend() needs a sequence of labels");
    if (fast == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast); i++) {
        PyObject *label = PySequence_Fast_GET_ITEM(fast, i);
        if (PyList_Append(self->history, label) < 0) {
            Py_DECREF(fast);
            return NULL;
        }
    }
    Py_DECREF(fast);
    Py_RETURN_NONE;
}

/* The label that was counted most often, or None. */
static PyObject *
Book_top(BookObject *self, PyObject *Py_UNUSED(ignored))
{
    Py_ssize_t pos = 0;
    PyObject *label, *value, *top = NULL;
    long most = LONG_MIN;
    while (PyDict_Next(self->counts, &pos, &label, &value)) {
        if (Py_IS_TYPE(value, Tally_Type) && ((TallyObject *)value)->count > most) {
            most = ((TallyObject *)value)->count;
            top = label;
        }
    }
    return Py_NewRef(top != NULL ? top : Py_None);
}

/* Hands the running total over and starts again from zero. */
static PyObject *
Book_settle(BookObject *self, PyObject *Py_UNUSED(ignored))
{
    long settled;
    Py_BEGIN_CRITICAL_SECTION(self);
    if (self->total == 0) {
        PyErr_SetString(PyExc_ValueError, "nothing to settle");
        return NULL;
    }
    settled = self->total;
    self->total = 0;
    Py_END_CRITICAL_SECTION();
    return PyLong_FromLong(settled);
}

static int
put_count(PyObject *tuple, Py_ssize_t index, long count)
{
    PyObject *number = PyLong_FromLong(count);
    if (number == NULL) {
        return -1;
    }
    PyObject *old = PyTuple_GET_ITEM(tuple, index);
    PyTuple_SET_ITEM(tuple, index, number);
    Py_XDECREF(old);
    return 0;
}

/* (hits, misses); polled often, so the tuple is reused when nobody else has it. */
static PyObject *
Book_summary(BookObject *self, PyObject *Py_UNUSED(ignored))
{
    int reuse = Py_REFCNT(self->summary) == 1;
    PyObject *summary = reuse ? self->summary : PyTuple_New(2);
    if (summary == NULL) {
        return NULL;
    }
    if (put_count(summary, 0, self->hits) < 0 || put_count(summary, 1, self->misses) < 0) {
        if (!reuse) {
            Py_DECREF(summary);
        }
        return NULL;
    }
    return reuse ? Py_NewRef(summary) : summary;
}

static PyObject *
Book_get_loader(BookObject *self, void *Py_UNUSED(closure))
{
    if (self->loader == NULL) {
        Py_RETURN_NONE;
    }
    return Py_NewRef(self->loader);
}

static int
Book_set_loader(BookObject *self, PyObject *value, void *Py_UNUSED(closure))
{
    if (value != NULL && value != Py_None && !PyCallable_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "loader must be callable or None");
        return -1;
    }
    Py_XSETREF(self->loader, value == Py_None ? NULL : Py_XNewRef(value));
    return 0;
}

static PyObject *
Book_get_notes(BookObject *self, void *Py_UNUSED(closure))
{
    if (self->notes == NULL) {
        self->notes = PyList_New(0);
    }
    return Py_XNewRef(self->notes);
}

static PyObject *
Book_get_watcher(BookObject *self, void *Py_UNUSED(closure))
{
    if (self->watcher == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *watcher = PyWeakref_GetObject(self->watcher);
    return Py_XNewRef(watcher);
}

static PyObject *
Book_get_total(BookObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(self->total);
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

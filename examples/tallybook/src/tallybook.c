#include "tallybook.h"

#include <time.h>

#define MAX_FREE_TALLIES 32

PyTypeObject *Tally_Type;

static TallyObject *free_tallies[MAX_FREE_TALLIES];
static int free_count;

static PyObject *registry;  /* dict: title -> Book */
static PyObject *untitled;
static PyObject *dumps;
static long journal_length;

/* ---- Tally ---- */

PyObject *
tally_create(PyObject *label)
{
    TallyObject *self;
    if (free_count > 0) {
        self = free_tallies[--free_count];
        PyObject_Init((PyObject *)self, Tally_Type);
    }
    else {
        self = PyObject_New(TallyObject, Tally_Type);
        if (self == NULL) {
            return NULL;
        }
    }
    self->label = Py_NewRef(label);
    self->count = 0;
    return (PyObject *)self;
}

static PyObject *
Tally_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    PyObject *label;
    if (!PyArg_ParseTuple(args, "U:Tally", &label)) {
        return NULL;
    }
    return tally_create(label);
}

static void
Tally_dealloc(TallyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_CLEAR(self->label);
    if (free_count < MAX_FREE_TALLIES) {
        free_tallies[free_count++] = self;
    }
    else {
        PyObject_Free(self);
    }
    Py_DECREF(type);
}

static PyMemberDef Tally_members[] = {
    {"label", Py_T_OBJECT_EX, offsetof(TallyObject, label), Py_READONLY, NULL},
    {"count", Py_T_LONG, offsetof(TallyObject, count), Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot Tally_slots[] = {
    {Py_tp_doc, "Tally(label): how often a label was counted"},
    {Py_tp_new, Tally_new},
    {Py_tp_dealloc, Tally_dealloc},
    {Py_tp_members, Tally_members},
    {0, NULL},
};

static PyType_Spec Tally_spec = {
    .name = "tallybook.Tally",
    .basicsize = sizeof(TallyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = Tally_slots,
};

/* ---- shared by all books ---- */

PyObject *
default_title(void)
{
    if (untitled == NULL) {
        untitled = PyUnicode_FromFormat("untitled (%s)", Py_GetPlatform());
    }
    return Py_XNewRef(untitled);
}

/* May be called from a thread that does not hold the GIL. */
void
journal_note(void)
{
    PyGILState_STATE state = PyGILState_Ensure();
    journal_length++;
    PyGILState_Release(state);
}

/* ---- module functions ---- */

static PyObject *
open_book(PyObject *Py_UNUSED(module), PyObject *title)
{
    PyObject *book = PyDict_GetItemWithError(registry, title);
    if (book != NULL) {
        return Py_NewRef(book);
    }
    if (PyErr_Occurred()) {
        return NULL;
    }
    book = PyObject_CallOneArg((PyObject *)Book_Type, title);
    if (book != NULL && PyDict_SetItem(registry, title, book) < 0) {
        Py_CLEAR(book);
    }
    return book;
}

static PyObject *
to_json(PyObject *Py_UNUSED(module), PyObject *book)
{
    if (!Py_IS_TYPE(book, Book_Type)) {
        PyErr_SetString(PyExc_TypeError, "to_json() needs a Book");
        return NULL;
    }
    if (dumps == NULL) {
        PyObject *json = PyImport_ImportModule("json");
        if (json == NULL) {
            return NULL;
        }
        dumps = PyObject_GetAttrString(json, "dumps");
        Py_DECREF(json);
        if (dumps == NULL) {
            return NULL;
        }
    }
    PyObject *document = Py_BuildValue("{OO}", ((BookObject *)book)->title, ((BookObject *)book)->history);
    if (document == NULL) {
        return NULL;
    }
    PyObject *text = PyObject_CallOneArg(dumps, document);
    Py_DECREF(document);
    return text;
}

/* UTC, as written into exported books. */
static PyObject *
stamp(PyObject *Py_UNUSED(module), PyObject *seconds)
{
    long long value = PyLong_AsLongLong(seconds);
    if (value == -1 && PyErr_Occurred()) {
        return NULL;
    }
    time_t when = (time_t)value;
    struct tm *utc = gmtime(&when);
    if (utc == NULL) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    char text[40];
    size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", utc);
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)length);
}

static PyObject *
ticket(PyObject *Py_UNUSED(module), PyObject *number)
{
    static char text[32];
    long value = PyLong_AsLong(number);
    if (value == -1 && PyErr_Occurred()) {
        return NULL;
    }
    PyOS_snprintf(text, sizeof text, "T-%012ld", value);
    return PyUnicode_FromString(text);
}

static PyObject *
journal_size(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(journal_length);
}

static PyObject *
live(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(book_live());
}

static PyObject *
title(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return default_title();
}

static PyObject *
purge(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyDict_Clear(registry);
    Py_CLEAR(untitled);
    Py_CLEAR(dumps);
    Py_RETURN_NONE;
}

static PyMethodDef tallybook_methods[] = {
    {"open_book", open_book, METH_O, PyDoc_STR("open_book(title): the one book with that title")},
    {"to_json", to_json, METH_O, PyDoc_STR("to_json(book): its title and history")},
    {"stamp", stamp, METH_O, PyDoc_STR("stamp(seconds): UTC time as text")},
    {"ticket", ticket, METH_O, PyDoc_STR("ticket(number): its printed form")},
    {"journal_size", journal_size, METH_NOARGS, PyDoc_STR("how many additions were noted")},
    {"live", live, METH_NOARGS, PyDoc_STR("how many books exist")},
    {"title", title, METH_NOARGS, PyDoc_STR("the title of books that were given none")},
    {"purge", purge, METH_NOARGS, PyDoc_STR("forget registered books and cached objects")},
    {NULL, NULL, 0, NULL},
};

static int
tallybook_exec(PyObject *module)
{
    registry = PyDict_New();
    Tally_Type = (PyTypeObject *)PyType_FromSpec(&Tally_spec);
    Book_Type = (PyTypeObject *)PyType_FromSpec(&Book_spec);
    if (registry == NULL || Tally_Type == NULL || Book_Type == NULL) {
        return -1;
    }
    if (PyModule_AddType(module, Tally_Type) < 0) {
        return -1;
    }
    return PyModule_AddType(module, Book_Type);
}

static PyModuleDef_Slot tallybook_slots[] = {
    {Py_mod_exec, tallybook_exec},
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
    {0, NULL},
};

static PyModuleDef tallybook_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "tallybook",
    .m_doc = PyDoc_STR("Books that count labels."),
    .m_size = 0,
    .m_methods = tallybook_methods,
    .m_slots = tallybook_slots,
};

PyMODINIT_FUNC
PyInit_tallybook(void)
{
    return PyModuleDef_Init(&tallybook_module);
}

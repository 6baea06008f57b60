#include "tallybook.h"

#include <time.h>

static PyMutex journal_lock;
static long journal_length;

/* ---- Tally ---- */

PyObject *
tally_create(PyTypeObject *type, PyObject *label)
{
    TallyObject *self = PyObject_New(TallyObject, type);
    if (self == NULL) {
        return NULL;
    }
    self->label = Py_NewRef(label);
    atomic_init(&self->count, 0);
    return (PyObject *)self;
}

static PyObject *
Tally_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(kwargs))
{
    PyObject *label;
    if (!PyArg_ParseTuple(args, "U:Tally", &label)) {
        return NULL;
    }
    return tally_create(type, label);
}

static void
Tally_dealloc(TallyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_CLEAR(self->label);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *
Tally_get_count(TallyObject *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLong(atomic_load(&self->count));
}

static PyGetSetDef Tally_getset[] = {
    {"count", (getter)Tally_get_count, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyMemberDef Tally_members[] = {
    {"label", Py_T_OBJECT_EX, offsetof(TallyObject, label), Py_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot Tally_slots[] = {
    {Py_tp_doc, "Tally(label): how often a label was counted"},
    {Py_tp_new, Tally_new},
    {Py_tp_dealloc, Tally_dealloc},
    {Py_tp_getset, Tally_getset},
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
default_title(tallybook_state *state)
{
    PyObject *title;
    PyMutex_Lock(&state->lock);
    title = Py_XNewRef(state->untitled);
    PyMutex_Unlock(&state->lock);
    if (title != NULL) {
        return title;
    }
    PyObject *fresh = PyUnicode_FromFormat("untitled (%s)", Py_GetPlatform());
    if (fresh == NULL) {
        return NULL;
    }
    PyMutex_Lock(&state->lock);
    if (state->untitled == NULL) {
        state->untitled = Py_NewRef(fresh);
    }
    title = Py_NewRef(state->untitled);
    PyMutex_Unlock(&state->lock);
    Py_DECREF(fresh);
    return title;
}

static PyObject *
json_dumps(tallybook_state *state)
{
    PyObject *dumps;
    PyMutex_Lock(&state->lock);
    dumps = Py_XNewRef(state->dumps);
    PyMutex_Unlock(&state->lock);
    if (dumps != NULL) {
        return dumps;
    }
    PyObject *json = PyImport_ImportModule("json");
    if (json == NULL) {
        return NULL;
    }
    PyObject *fresh = PyObject_GetAttrString(json, "dumps");
    Py_DECREF(json);
    if (fresh == NULL) {
        return NULL;
    }
    PyMutex_Lock(&state->lock);
    if (state->dumps == NULL) {
        state->dumps = Py_NewRef(fresh);
    }
    dumps = Py_NewRef(state->dumps);
    PyMutex_Unlock(&state->lock);
    Py_DECREF(fresh);
    return dumps;
}

/* May be called from a thread that is not attached. */
void
journal_note(void)
{
    PyMutex_Lock(&journal_lock);
    journal_length++;
    PyMutex_Unlock(&journal_lock);
}

/* ---- module functions ---- */

static PyObject *
open_book(PyObject *module, PyObject *title)
{
    tallybook_state *state = PyModule_GetState(module);
    PyObject *book;
    PyObject *fresh = PyObject_CallOneArg((PyObject *)state->book_type, title);
    if (fresh == NULL) {
        return NULL;
    }
    int status = PyDict_SetDefaultRef(state->registry, title, fresh, &book);
    Py_DECREF(fresh);
    return status < 0 ? NULL : book;
}

static PyObject *
to_json(PyObject *module, PyObject *book)
{
    tallybook_state *state = PyModule_GetState(module);
    if (!Py_IS_TYPE(book, state->book_type)) {
        PyErr_SetString(PyExc_TypeError, "to_json() needs a Book");
        return NULL;
    }
    PyObject *dumps = json_dumps(state);
    if (dumps == NULL) {
        return NULL;
    }
    PyObject *document = Py_BuildValue("{OO}", ((BookObject *)book)->title, ((BookObject *)book)->history);
    if (document == NULL) {
        Py_DECREF(dumps);
        return NULL;
    }
    PyObject *text = PyObject_CallOneArg(dumps, document);
    Py_DECREF(document);
    Py_DECREF(dumps);
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
    struct tm utc;
    if (gmtime_r(&when, &utc) == NULL) {
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    char text[40];
    size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &utc);
    return PyUnicode_FromStringAndSize(text, (Py_ssize_t)length);
}

static PyObject *
ticket(PyObject *Py_UNUSED(module), PyObject *number)
{
    char text[32];
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
    long length;
    PyMutex_Lock(&journal_lock);
    length = journal_length;
    PyMutex_Unlock(&journal_lock);
    return PyLong_FromLong(length);
}

static PyObject *
live(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromLong(book_live());
}

static PyObject *
title(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    return default_title(PyModule_GetState(module));
}

static PyObject *
purge(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    tallybook_state *state = PyModule_GetState(module);
    PyObject *untitled, *dumps;
    PyDict_Clear(state->registry);
    PyMutex_Lock(&state->lock);
    untitled = state->untitled;
    dumps = state->dumps;
    state->untitled = NULL;
    state->dumps = NULL;
    PyMutex_Unlock(&state->lock);
    Py_XDECREF(untitled);
    Py_XDECREF(dumps);
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
    tallybook_state *state = PyModule_GetState(module);
    state->registry = PyDict_New();
    state->tally_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &Tally_spec, NULL);
    state->book_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &Book_spec, NULL);
    if (state->registry == NULL || state->tally_type == NULL || state->book_type == NULL) {
        return -1;
    }
    if (PyModule_AddType(module, state->tally_type) < 0) {
        return -1;
    }
    return PyModule_AddType(module, state->book_type);
}

static int
tallybook_traverse(PyObject *module, visitproc visit, void *arg)
{
    tallybook_state *state = PyModule_GetState(module);
    Py_VISIT(state->tally_type);
    Py_VISIT(state->book_type);
    Py_VISIT(state->registry);
    Py_VISIT(state->untitled);
    Py_VISIT(state->dumps);
    return 0;
}

static int
tallybook_clear(PyObject *module)
{
    tallybook_state *state = PyModule_GetState(module);
    Py_CLEAR(state->tally_type);
    Py_CLEAR(state->book_type);
    Py_CLEAR(state->registry);
    Py_CLEAR(state->untitled);
    Py_CLEAR(state->dumps);
    return 0;
}

static void
tallybook_free(void *module)
{
    tallybook_clear((PyObject *)module);
}

static PyModuleDef_Slot tallybook_slots[] = {
    {Py_mod_exec, tallybook_exec},
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static PyModuleDef tallybook_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "tallybook",
    .m_doc = PyDoc_STR("Books that count labels."),
    .m_size = sizeof(tallybook_state),
    .m_methods = tallybook_methods,
    .m_traverse = tallybook_traverse,
    .m_clear = tallybook_clear,
    .m_free = tallybook_free,
    .m_slots = tallybook_slots,
};

PyMODINIT_FUNC
PyInit_tallybook(void)
{
    return PyModuleDef_Init(&tallybook_module);
}

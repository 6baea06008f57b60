/** References that a look-up hands out now: who releases them, and on which ways out. */
import { expect, test } from 'vitest';
import { fixed } from './fixed.ts';

test('a look-up that is kept at once fills its variable directly', () => {
  expect(
    fixed(
      'borrowed-dict-item',
      `
PyObject *box_get(Box *self, PyObject *key)
{
    PyObject *value = Py_XNewRef(PyDict_GetItemWithError(self->items, key));
    return value;
}
`,
    ),
  ).toContain(`
    PyObject *value;
    (void)PyDict_GetItemRef(self->items, key, &value);
    return value;
`);
});

test('where failures nearby undo more than references, an exit is not made up', () => {
  expect(
    fixed(
      'borrowed-list-item',
      `
extern void undo(Box *self);
PyObject *box_load(Box *self, PyObject *children)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(self->items); i++) {
        PyObject *child = PyList_GET_ITEM(self->items, i);
        if (!PyLong_Check(child)) {
            PyErr_SetString(PyExc_TypeError, "an integer is needed");
            undo(self);
            return NULL;
        }
        PyList_SetItem(children, i, Py_NewRef(child));
    }
    Py_RETURN_NONE;
}
`,
    ),
  ).toBe('A failure needs an exit here, and failures nearby do more than release.');
});

test('behind a label that is also reached without the object, its release asks whether it is there', () => {
  expect(
    fixed(
      'dict-next-unlocked',
      `
PyObject *box_merge(Box *self, PyObject *given)
{
    PyObject *key = NULL, *value;
    Py_ssize_t pos = 0;
    while (PyDict_Next(given, &pos, &key, &value)) {
        Py_INCREF(key);
        if (PyObject_SetItem(self->items, key, value) < 0)
            goto fail;
        Py_CLEAR(key);
    }
    Py_RETURN_NONE;
fail:
    Py_CLEAR(key);
    return NULL;
}
`,
    ),
  ).toContain(`
    PyObject *copy = PyDict_Copy(given);
    if (copy == NULL) {
        goto fail;
    }
    while (PyDict_Next(copy, &pos, &key, &value)) {
        Py_INCREF(key);
        if (PyObject_SetItem(self->items, key, value) < 0)
            goto fail;
        Py_CLEAR(key);
    }
    Py_DECREF(copy);
    Py_RETURN_NONE;
fail:
    Py_CLEAR(key);
    Py_XDECREF(copy);
    return NULL;
`);
});

test('what is returned may not be borrowed from what is let go of', () => {
  expect(
    fixed(
      'borrowed-import-add-module',
      `
PyObject *box_space(Box *self, PyObject *ignored)
{
    PyObject *space = NULL;
    PyObject *module = PyImport_AddModule("box_space");
    if (module == NULL)
        goto error;
    space = PyModule_GetDict(module);
    if (PyDict_SetItemString(space, "box", (PyObject *)self) < 0)
        space = NULL;
error:
    return space;
}
`,
    ),
  ).toBe('The function hands out the borrowed reference: its callers would have to release it.');
});

test("what a converter filled is let go of by another name: it is the function's own", () => {
  expect(
    fixed(
      'borrowed-dict-item',
      `
int to_box(PyObject *value, PyObject **result);

PyObject *box_convert(Box *self, PyObject *given)
{
    PyObject *kept = Py_NewRef(Py_None);
    if (given != NULL) {
        PyObject *item = PyDict_GetItemWithError(self->items, given);
        if (item != NULL) {
            PyObject *fresh = NULL;
            if (to_box(item, &fresh) < 0)
                goto fail;
            Py_DECREF(kept);
            kept = fresh;
        }
    }
    return kept;
fail:
    Py_DECREF(kept);
    return NULL;
}
`,
    ),
  ).toContain(`
            kept = fresh;
        }
        Py_XDECREF(item);
    }
    return kept;
`);
});

test('what is asked for is not the variable for the answer', () => {
  expect(
    fixed(
      'borrowed-dict-item',
      `
PyObject *box_look(Box *self, PyObject *name)
{
    name = PyDict_GetItemWithError(self->items, name);
    if (name == NULL)
        Py_RETURN_NONE;
    return PyObject_Str(name);
}
`,
    ),
  ).toBe('`name` is what is asked for, and gets the answer: that needs a variable of its own.');
});

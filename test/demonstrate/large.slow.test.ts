/** Code in the shapes that real extensions have: flagged steps deep in helpers, behind flags and tests of what an object is. */
import { expect, test } from 'vitest';
import { demonstrateFiles } from '../../scripts/demonstrated.ts';

const HEAD = `#include <Python.h>
typedef struct { PyObject_HEAD PyObject *names; PyObject *label; long depth; long width; } Shelf;
`;
const METHODS = (name: string): string => `
static PyMethodDef methods[] = { {"run", ${name}, METH_O, NULL}, {NULL} };
static PyType_Slot slots[] = { {Py_tp_methods, methods}, {0, NULL} };
static PyType_Spec spec = {"shelf.Shelf", sizeof(Shelf), 0, Py_TPFLAGS_DEFAULT, slots};
static PyModuleDef_Slot module_slots[] = { {Py_mod_gil, Py_MOD_GIL_NOT_USED}, {0, NULL} };
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "shelf", NULL, 0, NULL, module_slots};
PyMODINIT_FUNC PyInit_shelf(void) { return PyModuleDef_Init(&module); }
`;

const shown = (code: string, rule: string, entry = 'shelf_run') => {
  const rows = demonstrateFiles(new Map([['shelf.c', HEAD + code + METHODS(entry)]]), one => one.rule === rule);
  return rows.map(({ demonstration: { title, harness, assumptions } }) => ({
    title: title.replace(/, \d+ steps?/, ''),
    runs: harness?.threads.map(({ function: called }) => called?.name ?? 'Python') ?? [],
    assumes: assumptions.map(({ text }) => text),
  }));
};

test('a cache behind more helpers than are followed is filled by two threads that start below the entry', () => {
  const [race] = shown(
    `
static PyObject *word(PyObject *value) {
    static PyObject *known = NULL;
    if (known == NULL) {
        known = PyUnicode_FromString("word");
        if (known == NULL)
            return NULL;
    }
    Py_INCREF(known);
    return known;
}
static PyObject *fifth(PyObject *v) { return word(v); }
static PyObject *fourth(PyObject *v) { return fifth(v); }
static PyObject *third(PyObject *v) { return fourth(v); }
static PyObject *second(PyObject *v) { return third(v); }
static PyObject *shelf_run(PyObject *self, PyObject *value) { return second(value); }
`,
    'static-pyobject-cache',
  );
  expect(race?.title).toBe('race: 2 threads, leak');
  expect(race?.runs).toEqual(['third', 'third']);
});

test('callers may pass what a test asks for', () => {
  const [race] = shown(
    `
static PyObject *shelf_run(PyObject *self, PyObject *value) {
    if (value == Py_None) {
        static PyObject *nothing = NULL;
        if (nothing == NULL)
            nothing = PyUnicode_FromString("nothing");
        Py_INCREF(nothing);
        return nothing;
    }
    Py_RETURN_NONE;
}
`,
    'static-pyobject-cache',
  );
  expect(race?.title).toBe('race: 2 threads, leak');
  expect(race?.assumes).toContain('Nothing here decides it: value == None is not zero, or holds.');
  expect(race?.assumes).toContain(
    'Only what the flagged lines need is run: other calls neither change that memory nor run Python code.',
  );
});

test('a flag leads to the flagged step through what it was set from', () => {
  const [race] = shown(
    `
static PyObject *shelf_run(PyObject *op, PyObject *value) {
    Shelf *self = (Shelf *)op;
    int wanted = PyLong_Check(value) || PyFloat_Check(value);
    if (!wanted)
        Py_RETURN_NONE;
    self->depth++;
    Py_RETURN_NONE;
}
`,
    'object-field-rmw',
  );
  expect(race?.title).toBe('race: 2 threads, lost update');
});

const ENCODE = `
static int write_any(PyObject *out, PyObject *value);
static int write_dict(PyObject *out, PyObject *value) {
    PyObject *key, *item;
    Py_ssize_t at = 0;
    int status = -1;
    if (Py_EnterRecursiveCall(" while writing"))
        return -1;
    while (PyDict_Next(value, &at, &key, &item)) {
        if (write_any(out, key) < 0)
            goto done;
        if (write_any(out, item) < 0)
            goto done;
    }
    status = 0;
done:
    Py_LeaveRecursiveCall();
    return status;
}
static int write_list(PyObject *out, PyObject *value) {
    Py_ssize_t i, n = PyTuple_GET_SIZE(value);
    for (i = 0; i < n; i++)
        if (write_any(out, PyTuple_GET_ITEM(value, i)) < 0)
            return -1;
    return 0;
}
static int write_any(PyObject *out, PyObject *value) {
    if (PyDict_CheckExact(value))
        return write_dict(out, value);
    if (PyTuple_CheckExact(value))
        return write_list(out, value);
    return PyList_Append(out, value);
}
static PyObject *shelf_run(PyObject *self, PyObject *value) {
    PyObject *out = PyList_New(0);
    if (out == NULL)
        return NULL;
    if (write_any(out, value) < 0) {
        Py_DECREF(out);
        return NULL;
    }
    return out;
}
`;

test('functions that call each other lead to the one that is flagged', () => {
  const [race] = shown(ENCODE, 'dict-next-unlocked');
  expect(race?.title).toMatch(/^race: 2 threads, (?:torn read|use after free|data race)$/);
});

test('under a lock of the dictionary nothing is flagged', () => {
  const locked = ENCODE.replace(
    '    while (PyDict',
    '    Py_BEGIN_CRITICAL_SECTION(value);\n    while (PyDict',
  ).replace('    status = 0;\ndone:\n', '    status = 0;\ndone:;\n    Py_END_CRITICAL_SECTION();\n');
  expect(shown(locked, 'dict-next-unlocked')).toEqual([]);
});

test('what is not asked for is passed over, however much it branches', () => {
  const noise = Array.from(
    { length: 24 },
    (_, i) => `    if (PyObject_IsTrue(value) > ${i}) { self->width = depth; if (self->depth > ${i}) depth += ${i}; }`,
  ).join('\n');
  const [race] = shown(
    `
static PyObject *shelf_run(PyObject *op, PyObject *value) {
    Shelf *self = (Shelf *)op;
    long depth = 0;
${noise}
    PyObject *old = self->label;
    Py_INCREF(value);
    self->label = value;
    Py_XDECREF(old);
    return PyLong_FromLong(depth);
}
`,
    'setref-field-unlocked',
  );
  expect(race?.title).toMatch(/^race: 2 threads, (?:double free|use after free|negative count)$/);
});

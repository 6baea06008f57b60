import { describe, expect, test } from 'vitest';
import { argumentsOf } from '../../server/src/reproducer/arguments.ts';
import { surfaceOf } from '../../server/src/reproducer/surface.ts';
import { extensionOf } from '../analysis/read.ts';

/** What the method `f` of a module is given: kinds of guesses, `?` behind those that may be left out. */
function guesses(code: string, flags: string): readonly string[] | null {
  const extension = extensionOf(`#include <Python.h>
typedef struct { PyObject_HEAD int n; } BoxObject;
static PyTypeObject Box_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "m.Box", .tp_basicsize = sizeof(BoxObject), };
${code}
static PyMethodDef methods[] = { {"f", (PyCFunction)f, ${flags}, NULL}, {NULL, NULL, 0, NULL} };
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "m", .m_methods = methods};
PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&module); }`);
  const surface = surfaceOf(extension.linker, null);
  const entry = surface.entries.find(one => one.name === 'f')!;
  const found = argumentsOf(extension.linker, surface, entry);
  return found && found.map(({ guess, optional }) => guess.kind + (optional ? '?' : ''));
}

describe('formats', () => {
  test.each([
    ['"Oi"', ['fresh', 'int']],
    ['"s#|dO"', ['text', 'float?', 'fresh?']],
    ['"y*U:f"', ['bytes', 'text']],
    ['"O!l", &Box_Type', ['instance', 'int']],
    ['"O&", PyUnicode_FSConverter', ['text']],
    ['"O&", convert', ['unknown']],
    ['"|i$p"', ['int?']],
  ])('%s', (format, expected) => {
    const code = `static PyObject *f(PyObject *m, PyObject *args) {
      void *a, *b, *c; int convert(PyObject *, void *);
      if (!PyArg_ParseTuple(args, ${format}, &a, &b, &c)) return NULL;
      Py_RETURN_NONE; }`;
    expect(guesses(code, 'METH_VARARGS')).toEqual(expected);
  });

  test('a format in a variable, and one that is nowhere', () => {
    const code = (format: string) => `static PyObject *f(PyObject *m, PyObject *args) {
      long a; ${format}
      if (!PyArg_ParseTuple(args, format, &a)) return NULL;
      Py_RETURN_NONE; }`;
    expect(guesses(code('const char *format = "l";'), 'METH_VARARGS')).toEqual(['int']);
    expect(guesses(code('extern const char *format;'), 'METH_VARARGS')).toBeNull();
  });

  test('a helper that is handed the arguments', () => {
    const code = `static int parse(PyObject *tuple, long *out) { return PyArg_ParseTuple(tuple, "l", out); }
    static PyObject *f(PyObject *m, PyObject *args) { long a; if (!parse(args, &a)) return NULL; Py_RETURN_NONE; }`;
    expect(guesses(code, 'METH_VARARGS')).toEqual(['int']);
  });
});

describe('a single object', () => {
  test.each([
    ['PyLong_AsLong(o);', 'int'],
    ['PyDict_GetItemWithError(m, o);', 'key'],
    ['PyList_Append(o, m);', 'list'],
    ['PyObject_CallNoArgs(o);', 'fresh'],
    ['((BoxObject *)o)->n++;', 'instance'],
    ['PyObject *kept = Py_NewRef(o); PyUnicode_AsUTF8(kept);', 'text'],
    ['if (PyList_Check(o)) return m; if (PyDict_Check(o)) return m;', 'fresh'],
  ])('%s', (code, kind) => {
    expect(guesses(`static PyObject *f(PyObject *m, PyObject *o) { ${code} Py_RETURN_NONE; }`, 'METH_O')).toEqual([
      kind,
    ]);
  });
});

test('a vector: what is read of it, as far as it must be there', () => {
  const code = `static PyObject *f(PyObject *m, PyObject *const *args, Py_ssize_t nargs) {
    if (nargs < 2) return NULL;
    long n = PyLong_AsLong(args[0]);
    PyList_Append(args[1], m);
    if (nargs > 2) PyObject_CallNoArgs(args[2]);
    return PyLong_FromLong(n); }`;
  expect(guesses(code, 'METH_FASTCALL')).toEqual(['int', 'list', 'fresh?']);
});

test('no arguments, and ones that can not be worked out', () => {
  const code = 'static PyObject *f(PyObject *m, PyObject *args) { Py_RETURN_NONE; }';
  expect(guesses(code, 'METH_NOARGS')).toEqual([]);
  expect(guesses(code, 'METH_VARARGS')).toBeNull();
});

/** Which lock a fix takes where the code has one already, speaks to a generator, or builds for older Pythons. */
import { expect, test } from 'vitest';
import { applyEdits } from '../../server/src/fixes/edits.ts';
import { loadCore } from '../../server/src/host/core.ts';
import type { Fix } from '../../server/src/workspace/service.ts';
import { CORE_SETTINGS } from './settings.ts';

const core = await loadCore();

const HEAD = `#include <Python.h>
typedef struct { PyObject_HEAD PyObject *hook; long count; } Box;
`;

interface Tried {
  readonly offered: readonly Fix[];
  readonly text: (fix: Fix | undefined) => string;
  readonly reasons: readonly string[];
}

/** What is offered for the first finding of the rule. */
function tried(rule: string, code: string, settings: Partial<typeof CORE_SETTINGS> = {}): Tried {
  const text = HEAD + code;
  const all = { ...CORE_SETTINGS, ...settings };
  const file = core.read({ file: 'box.c', text, headers: [], settings: all, before: null });
  const finding = core.check([file], all).find(one => one.rule === rule);
  if (finding === undefined) return { offered: [], text: () => '', reasons: ['no finding'] };
  const { offered, refused } = core.fixes([file], finding, all);
  return {
    offered,
    text: fix => applyEdits(text, fix?.edits[0]?.edits ?? []),
    reasons: refused.map(({ reason }) => reason),
  };
}

const METHODS = `
static PyMethodDef methods[] = {{"add", (PyCFunction)box_add, METH_O, NULL}, {NULL, NULL, 0, NULL}};
`;

test('a second object joins the section that is there', () => {
  const { offered, text } = tried(
    'two-objects-unlocked',
    `
static PyObject *box_add(Box *self, PyObject *arg)
{
    Box *other = (Box *)arg;
    Py_BEGIN_CRITICAL_SECTION(self);
    self->count++;
    other->count--;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}
${METHODS}`,
  );
  expect(text(offered[0])).toContain(`
    Py_BEGIN_CRITICAL_SECTION2(self, other);
    self->count++;
    other->count--;
    Py_END_CRITICAL_SECTION2();
`);
});

test('a second object that is not known where the section begins is refused', () => {
  const { offered, reasons } = tried(
    'object-field-rmw',
    `
static PyObject *box_add(Box *self, PyObject *arg)
{
    Py_BEGIN_CRITICAL_SECTION(self);
    self->count++;
    Box *other = (Box *)PyTuple_GET_ITEM(arg, 0);
    other->count--;
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}
${METHODS}`,
  );
  expect(offered).toEqual([]);
  expect(reasons[0]).toBe('`other` is not known yet where the critical section begins.');
});

test("the project's own macros are used", () => {
  const { offered, text } = tried(
    'object-field-rmw',
    `#define BOX_LOCK(box) Py_BEGIN_CRITICAL_SECTION(box)
#define BOX_UNLOCK() Py_END_CRITICAL_SECTION()

static PyObject *box_add(Box *self, PyObject *arg)
{
    self->count++;
    Py_RETURN_NONE;
}
${METHODS}`,
  );
  expect(text(offered[0])).toContain('    BOX_LOCK(self);\n    self->count++;\n    BOX_UNLOCK();\n');
});

test('what Argument Clinic generates is locked by its directive, as a suggestion', () => {
  const { offered, text } = tried(
    'object-field-rmw',
    `
/*[clinic input]
box.Box.add

    amount: object
[clinic start generated code]*/

static PyObject *
box_Box_add_impl(Box *self, PyObject *amount)
/*[clinic end generated code: output=1 input=2]*/
{
    self->count++;
    Py_RETURN_NONE;
}

static PyObject *box_add(Box *self, PyObject *arg)
{
    return box_Box_add_impl(self, arg);
}
${METHODS}`,
  );
  const directive = offered.find(fix => fix.title.includes('@critical_section'));
  expect(directive?.safety).toBe('suggested');
  expect(text(directive)).toContain('/*[clinic input]\n@critical_section\nbox.Box.add\n');
});

const GLOBAL = `
#if PY_VERSION_HEX >= 0x030A0000
static int has_new_ref = 1;
#endif
static PyObject *hook;

static PyObject *box_add(PyObject *self, PyObject *arg)
{
    Py_XSETREF(hook, Py_NewRef(arg));
    Py_RETURN_NONE;
}

static PyObject *box_call(PyObject *self, PyObject *arg)
{
    return hook == NULL ? NULL : PyObject_CallOneArg(hook, arg);
}

static PyMethodDef methods[] = {
    {"add", box_add, METH_O, NULL}, {"call", box_call, METH_O, NULL}, {NULL, NULL, 0, NULL},
};
`;

test('older Pythons get a stand-in for the mutex', () => {
  const { offered, text } = tried('global-callback-pointer', GLOBAL, { minimumPython: '3.9' });
  expect(text(offered[0])).toContain(`
#if PY_VERSION_HEX < 0x030D0000
typedef char PyMutex;
#  define PyMutex_Lock(m) ((void)(m))
#  define PyMutex_Unlock(m) ((void)(m))
#endif
`);
});

test('everybody who uses a global that is replaced gets the mutex, in one fix', () => {
  const { offered, text } = tried('global-callback-pointer', GLOBAL);
  expect(offered[0]?.title).toBe('Swap `hook` while `hook_mutex` is locked, and in `box_call`');
  expect(text(offered[0])).toContain('static PyObject *hook;\nstatic PyMutex hook_mutex;\n');
  expect(text(offered[0]).match(/PyMutex_Lock\(&hook_mutex\);/g)).toHaveLength(2);
});

const STDOUT = `
static PyObject *box_add(PyObject *self, PyObject *arg)
{
    PyObject *out = PySys_GetObject("stdout");
    if (out == NULL || PyFile_WriteObject(arg, out, 0) < 0)
        return NULL;
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"add", box_add, METH_O, NULL}, {NULL, NULL, 0, NULL}};
`;

test('objects of sys are taken with what pythoncapi_compat.h has, and refused without it', () => {
  expect(tried('borrowed-sys-object', STDOUT).reasons).toEqual([
    'PySys_GetOptionalAttrString() needs Python 3.15, or pythoncapi_compat.h.',
  ]);
  const { offered, text } = tried('borrowed-sys-object', STDOUT, { compat: 'always' });
  expect(text(offered[0])).toContain(`
    PyObject *out;
    if (PySys_GetOptionalAttrString("stdout", &out) < 0) {
        PyErr_Clear();
    }
    if (out == NULL || PyFile_WriteObject(arg, out, 0) < 0) {
        Py_XDECREF(out);
        return NULL;
    }
    Py_DECREF(out);
`);
});

const GUARDED = `#ifndef BOX_CPP
#define BOX_CPP
#include <Python.h>
#ifdef HAVE_LAYOUT
#include <layout/box.h>
#endif

struct Box { PyObject_HEAD PyObject *hook; layout::Box box; };

static PyObject *box_add(Box *self, PyObject *arg)
{
    try {
        self->box.addRow(1);
    }
    catch (const std::exception &) {
        return PyErr_NoMemory();
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"add", (PyCFunction)box_add, METH_O, NULL}, {NULL, NULL, 0, NULL}};
#endif
`;

test('in C++ a guard locks, which an exception can not pass by, defined behind the includes', () => {
  const file = core.read({ file: 'box.cpp', text: GUARDED, headers: [], settings: CORE_SETTINGS, before: null });
  const [finding] = core.check([file], CORE_SETTINGS);
  const [fix] = finding === undefined ? [] : core.fixes([file], finding, CORE_SETTINGS).offered;
  const text = applyEdits(GUARDED, fix?.edits[0]?.edits ?? []);
  expect(text).toContain('    try {\n        ObjectLock locked(self);\n        self->box.addRow(1);\n    }\n');
  expect(text).toMatch(/#include <layout\/box\.h>\n#endif\n\n\/\* Locks an object[^*]*\*\/\nclass ObjectLock \{/);
});

test('to ask for all references is no lock: of what a field keeps it is only a suggestion', () => {
  const safety = (object: string): string | undefined => {
    const text = `#include <Python.h>
typedef struct { PyObject_HEAD PyObject *last; } Box;
static PyObject *box_next(Box *self, PyObject *given)
{
    if (Py_REFCNT(${object}) == 1)
        PyTuple_SetItem(${object}, 0, Py_NewRef(Py_None));
    return Py_NewRef(${object});
}
static PyMethodDef box_methods[] = {{"next", (PyCFunction)box_next, METH_O, NULL}, {NULL}};
static PyType_Slot box_slots[] = {{Py_tp_methods, box_methods}, {0, NULL}};
`;
    const file = core.read({ file: 'box.c', text, headers: [], settings: CORE_SETTINGS, before: null });
    const finding = core.check([file], CORE_SETTINGS).find(({ rule }) => rule === 'refcnt-uniqueness');
    return finding && core.fixes([file], finding, CORE_SETTINGS).offered[0]?.safety;
  };
  expect(safety('given')).toBe('safe');
  expect(safety('self->last')).toBe('suggested');
});

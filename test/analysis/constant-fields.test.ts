import { describe, expect, test } from 'vitest';
import { Extension } from '../../server/src/analysis/extension.ts';
import { Lineage } from '../../server/src/analysis/lineage.ts';
import { lowerText } from '../program/read.ts';
import { extensionOf, extensionOfFiles, view } from './read.ts';

const TYPE = 'typedef struct { PyObject_HEAD bool locking; int n; PyMutex mutex; } Obj;';
const MAKE = `static Obj *make(PyTypeObject *type) {
  Obj *self = PyObject_New(Obj, type);
  if (self == NULL) return NULL;
  self->n = 0;
  self->locking = true;
  return self; }`;
const USE = `static PyObject *use(Obj *self, PyObject *v) {
  if (self->locking) PyMutex_Lock(&self->mutex);
  probe(self);
  if (self->locking) PyMutex_Unlock(&self->mutex);
  return NULL; }
static PyMethodDef methods[] = {{"use", use, METH_O, NULL}, {"more", more, METH_O, NULL}, {NULL}};`;
const NOTHING = 'static PyObject *more(Obj *self, PyObject *v) { return NULL; }';

function constants(...parts: readonly string[]): Record<string, number> {
  return Object.fromEntries(extensionOf([TYPE, ...parts, USE].join('\n')).linker.world.constants);
}

describe('a field is constant', () => {
  test('when its makers set it, and everybody else stores the same', () => {
    const again = `static PyObject *more(Obj *self, PyObject *v) {
      if (!self->locking && PyObject_Size(v) > 9) self->locking = true; return NULL; }`;
    expect(constants(MAKE, NOTHING)).toEqual({ 'Obj.locking': 1 });
    expect(constants(MAKE, again)).toEqual({ 'Obj.locking': 1 });
  });

  test('when memory is tested by the branch that sets it', () => {
    const make = `static Obj *make(PyTypeObject *type) {
      Obj *self = (Obj *)type->tp_alloc(type, 0); if (self != NULL) { self->locking = 1; } return self; }`;
    expect(constants(make, NOTHING)).toEqual({ 'Obj.locking': 1 });
  });

  test('in the free-threaded build, whatever a macro stores in the other one', () => {
    const extension = extensionOfFiles({
      'lock.h': `#ifdef Py_GIL_DISABLED
#define START(o) do { (o)->mutex = (PyMutex){0}; (o)->locking = true; } while (0)
#else
#define START(o) do { (o)->mutex = (PyMutex){0}; (o)->locking = false; } while (0)
#endif`,
      'a.c': `${TYPE}
static Obj *make(PyTypeObject *type) { Obj *self = PyObject_New(Obj, type); if (!self) return NULL; START(self); return self; }
static PyObject *more(Obj *self, PyObject *v) { if (!self->locking) { self->locking = true; } return NULL; }
${USE}`,
    });
    expect([...extension.linker.world.constants]).toEqual([['Obj.locking', 1]]);
  });
});

describe('a field is not constant', () => {
  const none = {};

  test('when nobody makes the struct with it: allocated memory is zero', () => {
    const first = 'static PyObject *more(Obj *self, PyObject *v) { self->locking = true; return NULL; }';
    expect(constants(first)).toEqual(none);
    const plain = 'static Obj *make(PyTypeObject *type) { Obj *self = PyObject_New(Obj, type); return self; }';
    expect(constants(plain, first)).toEqual(none);
  });

  test('when one maker sets it on one way only, or after it has handed the struct on', () => {
    const make = (body: string): string =>
      `static Obj *make(PyTypeObject *type, int on) { Obj *self = PyObject_New(Obj, type); ${body} return self; }`;
    expect(constants(make('if (on) { self->locking = true; }'), NOTHING)).toEqual(none);
    expect(constants(make('enlist(self); self->locking = true;'), NOTHING)).toEqual(none);
    expect(constants(make('self->locking = true;'), NOTHING)).toEqual({ 'Obj.locking': 1 });
  });

  test.each([
    ['another number', 'self->locking = 2;'],
    ['zero', 'self->locking = false;'],
    ['a value', 'self->locking = PyObject_Size(v);'],
    ['a step', 'self->locking++;'],
    ['an address', 'set(&self->locking);'],
    ['the whole struct', 'memset(self, 0, sizeof *self);'],
    ['a copy', '*self = *(Obj *)v;'],
  ])('when somebody stores %s', (_, body) => {
    expect(constants(MAKE, `static PyObject *more(Obj *self, PyObject *v) { ${body} return NULL; }`)).toEqual(none);
  });

  test.each([
    ['in a variable', 'static Obj first;'],
    ['in another struct', 'typedef struct { Obj base; int more; } Derived;'],
    ['on a stack', 'void test(void) { Obj one; more(&one, NULL); }'],
    ['by a maker that keeps it', 'struct Owner { Obj *child; }; void f(struct Owner *o) { o->child = calloc(1, 8); }'],
    [
      'through a pointer to any object',
      `static PyObject *g(PyTypeObject *type) {
       PyObject *memory = type->tp_alloc(type, 0); Obj *self = (Obj *)memory; return memory; }`,
    ],
    [
      'by the interpreter',
      `static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
       static PyType_Spec spec = {.name = "m.Obj", .basicsize = sizeof(Obj), .flags = Py_TPFLAGS_DEFAULT, .slots = slots};`,
    ],
    [
      'by the interpreter’s own maker',
      'static PyTypeObject Obj_Type = {.tp_basicsize = sizeof(Obj), .tp_new = PyType_GenericNew};',
    ],
    ['by a maker named at run time', 'void ready(void) { Obj_Type.tp_new = PyType_GenericNew; }'],
  ])('when the struct comes to be %s', (_, text) => {
    expect(constants(MAKE, NOTHING, text)).toEqual(none);
  });

  test('when Python code can set it', () => {
    const members = (flags: string): string =>
      `static PyMemberDef members[] = {{"locking", Py_T_BOOL, offsetof(Obj, locking), ${flags}, NULL}, {NULL}};`;
    expect(constants(MAKE, NOTHING, members('0'))).toEqual(none);
    expect(constants(MAKE, NOTHING, members('Py_READONLY'))).toEqual({ 'Obj.locking': 1 });
  });

  test('unless the interpreter makes none', () => {
    const spec = `static PyType_Slot slots[] = {{Py_tp_methods, methods}, {0, NULL}};
      static PyType_Spec spec = {.name = "m.Obj", .basicsize = sizeof(Obj),
        .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, .slots = slots};`;
    expect(constants(MAKE, NOTHING, spec)).toEqual({ 'Obj.locking': 1 });
  });

  test('when code could not be read in a function that knows the struct', () => {
    const broken = 'static PyObject *more(Obj *self, PyObject *v) { self->n = = 1 ) ; return NULL; }';
    const text = [TYPE, MAKE, broken, USE].join('\n');
    expect(lowerText(text).functions.some(({ body }) => body.unread.length > 0)).toBe(true);
    expect(constants(MAKE, broken)).toEqual(none);
  });
});

test('what the field decides is decided: the lock is held, and the other side is dead', () => {
  const again = `static PyObject *more(Obj *self, PyObject *v) {
    if (!self->locking) { probe(self); } return NULL; }`;
  const extension = extensionOf([TYPE, MAKE, again, USE].join('\n'));
  const use = view(extension, 'use');
  const [call] = extension.callsTo('probe');
  expect(extension.callsTo('probe')).toHaveLength(1);
  expect(use.locksAt(call!.step).map(lock => lock.member)).toEqual(['Obj.mutex']);
});

test('a later store of the same number meets nobody', () => {
  const again = 'static PyObject *more(Obj *self, PyObject *v) { self->locking = true; return NULL; }';
  const { accesses } = extensionOf([TYPE, MAKE, again, USE].join('\n'));
  expect(accesses.racing).toEqual([]);
  expect(extensionOf([TYPE, again, USE].join('\n')).accesses.racing).not.toEqual([]);
});

test('an edit that changes the field elsewhere undoes what it decided', () => {
  const lineage = new Lineage();
  const more = (stored: string): string =>
    `static PyObject *more(Obj *self, PyObject *v) { self->locking = ${stored}; return NULL; }`;
  const racing = (stored: string, known = new Lineage()): string[] =>
    new Extension([lowerText([TYPE, MAKE, more(stored), USE].join('\n'))], {}, known).accesses.racing.map(
      access => `${access.function.name} ${access.kind} ${access.key}`,
    );
  expect(racing('true', lineage)).toEqual([]);
  const after = racing('false', lineage);
  expect(after).not.toEqual([]);
  expect(after).toEqual(racing('false'));
  expect(racing('true', lineage)).toEqual([]);
});

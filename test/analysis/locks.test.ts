import { describe, expect, test } from 'vitest';
import { callsIn, extensionOf, probe, view } from './read.ts';

const AROUND = `
  typedef struct { PyObject_HEAD PyObject *items; PyMutex mutex; PyThread_type_lock native; int n; } Obj;
  static PyMutex global_mutex;
  static void lock_obj(Obj *o) { PyMutex_Lock(&o->mutex); }
  static void unlock_obj(Obj *o) { PyMutex_Unlock(&o->mutex); }
  static int try_lock_obj(Obj *o) {
    if (o->n < 0) return -1;
    PyThread_acquire_lock(o->native, 1);
    return 0;
  }
  static int enter_busy(Obj *o) {
    int got;
    Py_BEGIN_ALLOW_THREADS
    if (o->n) got = PyThread_acquire_lock_timed(o->native, 1000, 0); else got = PyThread_acquire_lock(o->native, 1);
    Py_END_ALLOW_THREADS
    if (o->n && got != 1) { PyErr_SetNone(PyExc_RuntimeError); return 0; }
    return 1;
  }
  static int find(Obj *o, PyThread_type_lock *held, PyThread_type_lock *which) {
    PyThread_acquire_lock(o->native, 1);
    if (which != NULL) *which = o->native;
    if (held == NULL || o->n < 0) { PyThread_release_lock(o->native); return -1; }
    *held = o->native;
    return 0;
  }
  static int read_only(Obj *o) { return o->n; }
  static PyObject *runs_python(PyObject *f) { return PyObject_CallNoArgs(f); }
`;

function methodWith(body: string) {
  const extension = extensionOf(`${AROUND}
    static PyObject *method(Obj *self, PyObject *arg) { ${body} return NULL; }
    static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
  `);
  return view(extension, 'method');
}

/** Paths of the locks held at the call of `probe`. */
function heldIn(body: string): string[] {
  const one = methodWith(body);
  return one.locksAt(probe(one).step).map(lock => lock.path);
}

describe('locks held', () => {
  test.each([
    ['a critical section', 'Py_BEGIN_CRITICAL_SECTION(self); probe(self); Py_END_CRITICAL_SECTION();', ['p0']],
    [
      'a section that is entered for lists only, and left so',
      'int is_list = PyList_CheckExact(arg); PyCriticalSection cs; if (is_list) { PyCriticalSection_Begin(&cs, arg); } probe(self); if (is_list) { PyCriticalSection_End(&cs); }',
      ['p1'],
    ],
    [
      'a mutex that is taken and dropped if a field says so',
      'if (self->n) PyMutex_Lock(&self->mutex); probe(self); if (self->n) PyMutex_Unlock(&self->mutex);',
      ['p0>&mutex'],
    ],
    [
      'not one that is dropped on another condition',
      'if (self->n) PyMutex_Lock(&self->mutex); probe(self); if (arg) PyMutex_Unlock(&self->mutex);',
      [],
    ],
    [
      'not once it may have been dropped',
      'if (self->n) PyMutex_Lock(&self->mutex); if (self->n) PyMutex_Unlock(&self->mutex); probe(self);',
      [],
    ],
    ['not before', 'probe(self); Py_BEGIN_CRITICAL_SECTION(self); Py_END_CRITICAL_SECTION();', []],
    ['not after', 'Py_BEGIN_CRITICAL_SECTION(self); Py_END_CRITICAL_SECTION(); probe(self);', []],
    [
      'through an alias',
      'PyObject *op = (PyObject *)self; Obj *s = (Obj *)op; Py_BEGIN_CRITICAL_SECTION(s); probe(self); Py_END_CRITICAL_SECTION();',
      ['p0'],
    ],
    ['on two objects', 'Py_BEGIN_CRITICAL_SECTION2(self, arg); probe(self); Py_END_CRITICAL_SECTION2();', ['p0', 'p1']],
    [
      'the inner one ends first',
      'Py_BEGIN_CRITICAL_SECTION(self); Py_BEGIN_CRITICAL_SECTION(arg); Py_END_CRITICAL_SECTION(); probe(self); Py_END_CRITICAL_SECTION();',
      ['p0'],
    ],
    ['a mutex in the object', 'PyMutex_Lock(&self->mutex); probe(self); PyMutex_Unlock(&self->mutex);', ['p0>&mutex']],
    ['a global mutex', 'PyMutex_Lock(&global_mutex); probe(self); PyMutex_Unlock(&global_mutex);', ['a:global_mutex']],
    [
      'a lock behind a pointer',
      'PyThread_acquire_lock(self->native, 1); probe(self); PyThread_release_lock(self->native);',
      ['p0>native'],
    ],
    ['by helpers', 'lock_obj(self); probe(self); unlock_obj(self);', ['p0>&mutex']],
    ['and given back by them', 'lock_obj(self); unlock_obj(self); probe(self);', []],
    [
      'tried first, waited for otherwise',
      'if (!PyThread_acquire_lock(self->native, 0)) { Py_BEGIN_ALLOW_THREADS PyThread_acquire_lock(self->native, 1); Py_END_ALLOW_THREADS } probe(self);',
      ['p0>native'],
    ],
    ['by a helper that may fail', 'if (try_lock_obj(self) < 0) return NULL; probe(self);', ['p0>native']],
    [
      'where there is one: a lock that is not made guards nothing',
      'if (self->native) PyThread_acquire_lock(self->native, 1); probe(self);',
      ['p0>native'],
    ],
    ['where something else is there', 'if (self->items) PyThread_acquire_lock(self->native, 1); probe(self);', []],
    [
      'tried in an expression, else waited for by a helper that may fail',
      'if (!((PyThread_acquire_lock(self->native, 0) ? 1 : enter_busy(self)) && (self->n = 1, 1))) return NULL; probe(self);',
      ['p0>native'],
    ],
    [
      'by a helper that names it in an out-parameter',
      'PyThread_type_lock held; if (find(self, &held, NULL) < 0) return NULL; probe(self); PyThread_release_lock(held);',
      ['p0>native'],
    ],
    [
      'and released by that name, under another of the kind',
      'PyThread_type_lock held; if (find(self, &held, NULL) < 0) return NULL; PyThread_acquire_lock(((Obj *)arg)->native, 1); PyThread_release_lock(held); probe(self);',
      ['p1>native'],
    ],
    ['not by one that was not asked to', 'find(self, NULL, NULL); probe(self);', []],
    ['on one way only is not held', 'if (arg) PyMutex_Lock(&global_mutex); probe(self);', []],
    [
      'on both ways is',
      'if (arg) { PyMutex_Lock(&global_mutex); } else { PyMutex_Lock(&global_mutex); } probe(self);',
      ['a:global_mutex'],
    ],
    ['around a loop', 'PyMutex_Lock(&global_mutex); for (int i = 0; i < 3; i++) probe(self);', ['a:global_mutex']],
  ])('%s', (_, body, expected) => {
    expect(heldIn(body)).toEqual(expected);
  });

  test('all callers hold it: the callee does too; one does not: it does not', () => {
    const extension = extensionOf(`${AROUND}
      static void both(Obj *o) { probe(o); }
      static void one(Obj *o) { probe(o); }
      static PyObject *a(Obj *self, PyObject *x) {
        Py_BEGIN_CRITICAL_SECTION(self); both(self); one(self); Py_END_CRITICAL_SECTION(); return NULL; }
      static PyObject *b(Obj *self, PyObject *x) {
        one(self); Py_BEGIN_CRITICAL_SECTION(self); both(self); Py_END_CRITICAL_SECTION(); return NULL; }
      static PyMethodDef methods[] = {{"a", a, METH_O, NULL}, {"b", b, METH_O, NULL}, {NULL}};
    `);
    const held = (name: string): string[] => {
      const at = view(extension, name);
      return at.locksAt(probe(at).step).map(lock => lock.path);
    };
    expect(held('both')).toEqual(['p0']);
    expect(held('one')).toEqual([]);
  });

  test('callers that make or destroy the object hold no lock because they need none', () => {
    const extension = extensionOf(`${AROUND}
      static void touch(Obj *o) { probe(o); }
      static PyObject *make(PyTypeObject *type, PyObject *a, PyObject *k) {
        Obj *self = (Obj *)type->tp_alloc(type, 0); touch(self); return (PyObject *)self; }
      static void dealloc(Obj *self) { touch(self); }
      static PyObject *m(Obj *self, PyObject *x) {
        Py_BEGIN_CRITICAL_SECTION(self); touch(self); Py_END_CRITICAL_SECTION(); return NULL; }
      static PyMethodDef methods[] = {{"m", m, METH_O, NULL}, {NULL}};
      static PyType_Slot slots[] = {{Py_tp_new, make}, {Py_tp_dealloc, dealloc}, {Py_tp_methods, methods}, {0, NULL}};
    `);
    const touch = view(extension, 'touch');
    expect(touch.locksAt(probe(touch).step).map(lock => lock.path)).toEqual(['p0']);
  });

  test('a lock on the owner is known to the helper that gets the part', () => {
    const extension = extensionOf(`
      typedef struct { int n; } State;
      typedef struct { PyObject_HEAD State *state; } Obj;
      static void bump(State *state) { state->n++; probe(state); }
      static PyObject *m(Obj *self, PyObject *x) {
        Py_BEGIN_CRITICAL_SECTION(self); bump(self->state); Py_END_CRITICAL_SECTION(); return NULL; }
      static PyMethodDef methods[] = {{"m", m, METH_O, NULL}, {NULL}};
    `);
    const bump = view(extension, 'bump');
    expect(bump.locksAt(probe(bump).step).map(lock => lock.path)).toEqual(['p0>^state', 'p0>^']);
    expect(bump.guard(probe(bump).step, 'p0')).not.toBeNull();
  });

  test('what clinic, names and assertions say', () => {
    const extension = extensionOf(`${AROUND}
      static void items_lock_held(Obj *o) { probe(o); }
      static void asserted(Obj *o) { _Py_CRITICAL_SECTION_ASSERT_OBJECT_LOCKED(o); probe(o); }

/*[clinic input]
@critical_section
obj.go
[clinic start generated code]*/

static PyObject *
obj_go_impl(Obj *self)
/*[clinic end generated code: output=1 input=2]*/
      { probe(self); return NULL; }
    `);
    for (const name of ['items_lock_held', 'asserted', 'obj_go_impl']) {
      const at = view(extension, name);
      expect(at.guard(probe(at).step, 'p0'), name).not.toBeNull();
    }
  });
});

describe('suspension', () => {
  const lasts = (between: string): boolean => {
    const one = methodWith(
      `Py_BEGIN_CRITICAL_SECTION(self); first(self); ${between}; second(self); Py_END_CRITICAL_SECTION();`,
    );
    const [first, second] = [callsIn(one, 'first')[0] ?? -1, callsIn(one, 'second')[0] ?? -1];
    const [lock] = one.locksAt(first);
    return lock !== undefined && one.heldThroughout(lock, first, second);
  };

  test.each([
    ['nothing between', ';', true],
    ['memory only', 'Py_INCREF(arg); self->n = PyList_GET_SIZE(self->items)', true],
    ['a helper that only reads', 'read_only(self)', true],
    ['Python code', 'PyObject_CallNoArgs(arg)', false],
    ['Python code in a helper', 'runs_python(arg)', false],
    ['a DECREF that may free', 'Py_DECREF(arg)', false],
    ['detaching', 'Py_BEGIN_ALLOW_THREADS work(); Py_END_ALLOW_THREADS', false],
    ['Python code on one way', 'if (arg) PyObject_CallNoArgs(arg)', false],
  ])('%s', (_, between, expected) => {
    expect(lasts(between)).toBe(expected);
  });

  test('a mutex is kept while Python code runs', () => {
    const one = methodWith('PyMutex_Lock(&self->mutex); first(self); PyObject_CallNoArgs(arg); second(self);');
    const [first, second] = [callsIn(one, 'first')[0] ?? -1, callsIn(one, 'second')[0] ?? -1];
    const [lock] = one.locksAt(first);
    expect(lock !== undefined && one.heldThroughout(lock, first, second)).toBe(true);
  });

  test('the detached part of a function is known', () => {
    const one = methodWith('first(self); Py_BEGIN_ALLOW_THREADS probe(self); Py_END_ALLOW_THREADS second(self);');
    expect(one.detachedAt(probe(one).step)).toBe(true);
    expect(one.detachedAt(callsIn(one, 'second')[0] ?? -1)).toBe(false);
  });
});

describe('a flag that works as a lock', () => {
  const take =
    'Py_BEGIN_CRITICAL_SECTION(self); if (self->n) { ok = 0; } else { self->n = 1; } Py_END_CRITICAL_SECTION();';
  const drop = 'Py_BEGIN_CRITICAL_SECTION(self); self->n = 0; Py_END_CRITICAL_SECTION();';
  const begin = `static int begin(Obj *self) { int ok = 1; ${take} return ok; } static void end(Obj *self) { ${drop} }`;

  function flagsIn(body: string, around = ''): string[] {
    const extension = extensionOf(`${AROUND} ${around}
      static PyObject *method(Obj *self, PyObject *arg) { int ok = 1; ${body} return NULL; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    const one = view(extension, 'method');
    return one.locksAt(probe(one).step).flatMap(lock => (lock.kind === 'flag' ? [lock.path] : []));
  }

  test.each([
    ['also where the ways have met again', `${take} if (!ok) return NULL; probe(self);`, ['p0>&n']],
    ['not on the other way', `${take} if (!ok) probe(self);`, []],
    ['nor if both go on', `${take} probe(self);`, []],
    ['set before the section ends', take.replace('self->n = 1;', 'self->n = 1; probe(self);'), ['p0>&n']],
    [
      'also detached',
      take.replace('self->n = 1;', 'self->n = 1; Py_BEGIN_ALLOW_THREADS probe(self); Py_END_ALLOW_THREADS'),
      ['p0>&n'],
    ],
    ['from the test on', take.replace('self->n = 1;', 'probe(self); self->n = 1;'), ['p0>&n']],
    [
      'not if it was tested before the lock was taken',
      'if (self->n) return NULL; Py_BEGIN_CRITICAL_SECTION(self); self->n = 1; probe(self); Py_END_CRITICAL_SECTION();',
      [],
    ],
    [
      'not if Python code runs in between',
      take.replace('self->n = 1;', 'PyObject_CallNoArgs(arg); self->n = 1; probe(self);'),
      [],
    ],
    [
      'not if one way sets it untested',
      `if (arg) self->n = 0; ${take.replace('if (self->n)', 'if (arg && self->n)').replace('self->n = 1;', 'self->n = 1; probe(self);')}`,
      [],
    ],
    ['not once it is cleared', take.replace('self->n = 1;', 'self->n = 1; self->n = 0; probe(self);'), []],
    ['by helpers', 'if (!begin(self)) return NULL; probe(self); end(self);', ['p0>&n']],
    ['until they give it back', 'if (!begin(self)) return NULL; end(self); probe(self);', []],
  ])('%s', (_, body, expected) => {
    expect(flagsIn(body, begin)).toEqual(expected);
  });

  test('who clears it without a lock spoils it', () => {
    const races = (stop: string) => {
      const extension = extensionOf(`${AROUND} ${begin}
        static PyObject *run(Obj *self, PyObject *arg) { if (!begin(self)) return NULL; self->items = arg; end(self); return NULL; }
        static PyObject *stop(Obj *self, PyObject *arg) { ${stop} return NULL; }
        static PyMethodDef methods[] = {{"run", run, METH_O, NULL}, {"stop", stop, METH_O, NULL}, {NULL}};
      `);
      return extension.accesses.racing.some(access => access.key === 'Obj.items');
    };
    expect(races('')).toBe(false);
    expect(races('self->n = 0;')).toBe(true);
    expect(races(drop)).toBe(false);
    expect(races('self->items = arg;')).toBe(true);
  });
});

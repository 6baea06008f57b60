import { describe, expect, test } from 'vitest';
import { extensionOf, extensionOfFiles } from './read.ts';

/** Racing pairs as `function kind key – function kind`. */
function pairs(extension: ReturnType<typeof extensionOf>): string[] {
  const { accesses } = extension;
  return accesses.all.flatMap(access =>
    accesses
      .conflicts(access)
      .map(other => `${access.function.name} ${access.kind} ${access.key} – ${other.function.name} ${other.kind}`),
  );
}

const withMethods = (text: string, ...methods: string[]): string =>
  `typedef struct { PyObject_HEAD int n; const char *label; PyMutex mutex; } Obj;
   ${text}
   static PyMethodDef methods[] = {${methods.map(name => `{"${name}", ${name}, METH_O, NULL}`).join(', ')}, {NULL}};`;

describe('racing pairs', () => {
  test('a write races with reads, with other writes and with itself', () => {
    const extension = extensionOf(
      withMethods(
        `static PyObject *set(Obj *self, PyObject *v) { self->n = 1; return NULL; }
         static PyObject *get(Obj *self, PyObject *v) { return PyLong_FromLong(self->n); }`,
        'set',
        'get',
      ),
    );
    expect(pairs(extension)).toEqual([
      'set write Obj.n – set write',
      'set write Obj.n – get read',
      'get read Obj.n – set write',
    ]);
  });

  test('what only construction writes is constant', () => {
    const extension = extensionOf(
      withMethods(
        `static PyObject *make(PyTypeObject *type, PyObject *a, PyObject *k) {
           Obj *self = (Obj *)type->tp_alloc(type, 0); self->n = 3; self->label = "x"; return (PyObject *)self; }
         static PyObject *get(Obj *self, PyObject *v) { return PyLong_FromLong(self->n); }
         static PyType_Slot slots[] = {{Py_tp_new, make}, {0, NULL}};`,
        'get',
      ),
    );
    expect(pairs(extension)).toEqual([]);
  });

  test('a common lock keeps two accesses apart, however the object is called', () => {
    const extension = extensionOf(
      withMethods(
        `static PyObject *set(PyObject *op, PyObject *v) {
           Obj *o = (Obj *)op; Py_BEGIN_CRITICAL_SECTION(op); o->n = 1; Py_END_CRITICAL_SECTION(); return NULL; }
         static PyObject *get(Obj *self, PyObject *v) {
           int n; Py_BEGIN_CRITICAL_SECTION(self); n = self->n; Py_END_CRITICAL_SECTION(); return PyLong_FromLong(n); }`,
        'set',
        'get',
      ),
    );
    expect(pairs(extension)).toEqual([]);
  });

  test('different locks do not', () => {
    const extension = extensionOf(
      withMethods(
        `static PyObject *set(Obj *self, PyObject *v) {
           PyMutex_Lock(&self->mutex); self->n = 1; PyMutex_Unlock(&self->mutex); return NULL; }
         static PyObject *get(Obj *self, PyObject *v) {
           int n; Py_BEGIN_CRITICAL_SECTION(self); n = self->n; Py_END_CRITICAL_SECTION(); return PyLong_FromLong(n); }`,
        'set',
        'get',
      ),
    );
    expect(pairs(extension)).toEqual(['set write Obj.n – get read', 'get read Obj.n – set write']);
  });

  test('a place given by address has the locks that the helper takes around it', () => {
    const extension = (lock: string): ReturnType<typeof extensionOf> =>
      extensionOf(
        withMethods(
          `static void bump(Obj *owner, int *count, PyObject *by) {
             Py_BEGIN_CRITICAL_SECTION(${lock}); *count = *count + 1; Py_END_CRITICAL_SECTION(); }
           static PyObject *add(Obj *self, PyObject *v) { bump(self, &self->n, v); return NULL; }
           static PyObject *get(Obj *self, PyObject *v) {
             int n; Py_BEGIN_CRITICAL_SECTION(self); n = self->n; Py_END_CRITICAL_SECTION(); return PyLong_FromLong(n); }`,
          'add',
          'get',
        ),
      );
    expect(pairs(extension('owner'))).toEqual([]);
    expect(pairs(extension('by'))).not.toEqual([]);
  });

  test('one lock for all that is found through its owner, under whatever name the owner goes', () => {
    const extension = extensionOf(`
      typedef struct ref { struct ref *next; int count; } Ref;
      typedef struct { PyThread_type_lock mutex; Ref *head; } Registry;
      static Registry registry;
      static Ref *find(Ref *first, int n) { while (first && n--) first = first->next; return first; }
      void retain(Registry *all, int n) {
        PyThread_acquire_lock(all->mutex, 1);
        Ref *ref = find(all->head, n);
        if (ref) ref->count++;
        PyThread_release_lock(all->mutex);
      }
      void drop(int n) {
        PyThread_acquire_lock(registry.mutex, 1);
        for (Ref *ref = registry.head; ref; ref = ref->next) ref->count--;
        PyThread_release_lock(registry.mutex);
      }`);
    expect(pairs(extension).filter(pair => pair.includes('Ref.count'))).toEqual([]);
  });

  test('globals: written at import only they are constant, thread-local ones are nobody else’s', () => {
    const extension = extensionOf(
      withMethods(
        `static int once, often; static _Thread_local int own; static const int fixed = 3;
         static int exec(PyObject *m) { once = 1; return 0; }
         static PyObject *use(PyObject *self, PyObject *v) { often = once + fixed; own++; return NULL; }
         static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};`,
        'use',
      ),
    );
    expect(pairs(extension)).toEqual(['use write =test.c\0often – use write']);
  });

  test('statics of two files with one name are two variables', () => {
    const extension = extensionOfFiles({
      'a.c': 'static int count; void a(void) { count++; }',
      'b.c': 'static int count; int b(void) { return count; }',
    });
    expect(pairs(extension)).toEqual(['a update =a.c\0count – a update']);
  });

  test('an extern variable is the one that another file defines', () => {
    const extension = extensionOfFiles({
      'shared.h': 'extern int level;',
      'a.c': 'int level; void a(void) { level = 1; }',
      'b.c': 'int b(void) { return level; }',
    });
    expect(pairs(extension)).toContain('b read =level – a write');
  });

  test('updates are updates however they are written', () => {
    const extension = extensionOf(
      withMethods(
        `static void raise(int *n) { *n = *n + 1; }
         static PyObject *a(Obj *self, PyObject *v) { self->n = self->n + 1; return NULL; }
         static PyObject *b(Obj *self, PyObject *v) { raise(&self->n); return NULL; }
         static PyObject *c(Obj *self, PyObject *v) { __atomic_fetch_add(&self->n, 1, 5); return NULL; }`,
        'a',
        'b',
        'c',
      ),
    );
    const kinds = extension.accesses.of('Obj.n').filter(access => access.kind === 'update');
    expect(kinds.map(access => [access.function.name, access.atomic])).toEqual([
      ['a', false],
      ['b', false],
      ['c', true],
    ]);
  });
});

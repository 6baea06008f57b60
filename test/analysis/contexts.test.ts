import { describe, expect, test } from 'vitest';
import { extensionOf, extensionOfFiles, probe, view } from './read.ts';

const contexts = (extension: ReturnType<typeof extensionOf>, name: string): string[] =>
  [...view(extension, name).surroundings.contexts].sort();

describe('contexts', () => {
  const extension = extensionOf(`
    static void shared_helper(void) {}
    static void import_helper(void) { shared_helper(); }
    static PyObject *method(PyObject *self, PyObject *args) { shared_helper(); return NULL; }
    static int exec(PyObject *m) { import_helper(); return 0; }
    static void dealloc(PyObject *self) {}
    static int traverse(PyObject *self, visitproc visit, void *arg) { return 0; }
    static int init(PyObject *self, PyObject *args, PyObject *kw) { return 0; }
    static void on_event(void *data) { shared_helper(); }
    static void setup(void) { library_on_event(on_event, NULL); }
    static void dead(void) {}
    void exported(void) { setup(); }
    static PyMethodDef methods[] = {{"method", method, METH_VARARGS, NULL}, {NULL}};
    static PyType_Slot type_slots[] = {
      {Py_tp_dealloc, dealloc}, {Py_tp_traverse, traverse}, {Py_tp_init, init}, {Py_tp_methods, methods}, {0, NULL}};
    static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};
  `);

  test('come from tables, from what is given away, and from linkage', () => {
    expect(contexts(extension, 'method')).toEqual(['python']);
    expect(contexts(extension, 'exec')).toEqual(['init']);
    expect(contexts(extension, 'dealloc')).toEqual(['dealloc']);
    expect(contexts(extension, 'traverse')).toEqual(['traverse']);
    expect(contexts(extension, 'init')).toEqual(['construction']);
    expect(contexts(extension, 'on_event')).toEqual(['callback']);
    expect(contexts(extension, 'exported')).toEqual(['external']);
    expect(contexts(extension, 'dead')).toEqual(['unreached']);
  });

  test('module initialisation may be named by a macro', () => {
    const named = extensionOf(`
      #define INIT_MODULE(m) PyInit_ ## m
      static void add_types(void) {}
      PyMODINIT_FUNC
      INIT_MODULE(spam)(void) { add_types(); return NULL; }
    `);
    expect(contexts(named, 'add_types')).toEqual(['init']);
  });

  test('a helper of module initialisation may put the function into the slots', () => {
    const handed = extensionOf(`
      PyObject *spam_init(const char *name, int (*exec)(PyObject *));
      static int spam_exec(PyObject *module) { return 0; }
      PyMODINIT_FUNC PyInit_spam(void) { return spam_init("spam", spam_exec); }
    `);
    expect(contexts(handed, 'spam_exec')).toEqual(['init']);
  });

  test('flow from callers to callees', () => {
    expect(contexts(extension, 'import_helper')).toEqual(['init']);
    expect(contexts(extension, 'shared_helper')).toEqual(['callback', 'init', 'python']);
    expect(view(extension, 'import_helper').isInitOnly).toBe(true);
    expect(view(extension, 'shared_helper').isConcurrent).toBe(true);
  });

  test('name their entry points for people', () => {
    expect(view(extension, 'shared_helper').surroundings.entryPoints).toContain('method `method`');
    expect(view(extension, 'on_event').surroundings.entryPoints).toEqual(['callback given to `library_on_event`']);
  });

  test('come from tables that leave out the namespaces around them', () => {
    const inNamespaces = extensionOf(
      `namespace outer {
       namespace meta { static PyObject *Repr(PyObject *self) { return nullptr; } }
       static PyTypeObject Box_Type = {PyVarObject_HEAD_INIT(nullptr, 0) FULL_NAME ".Box", sizeof(Box), 0, nullptr, 0,
         nullptr, nullptr, nullptr, (reprfunc)meta::Repr, nullptr};
       }`,
      'cpp',
    );
    expect(contexts(inNamespaces, 'outer::meta::Repr')).toEqual(['python']);
  });

  test('code of builds with the GIL only is not there at all', () => {
    const both = extensionOf(`
      #ifdef Py_GIL_DISABLED
      static int with(void) { return 1; }
      #else
      static int without(void) { return 1; }
      #endif
    `);
    expect(both.functions.map(one => one.name)).toEqual(['with']);
  });

  test('cross the files of one extension, and statics of one file stay its own', () => {
    const files = extensionOfFiles({
      'a.c': 'static int same(void) { return 1; } int init_a(void) { return same(); }',
      'b.c': `static int same(void) { return 2; }
        int init_a(void);
        static int exec(PyObject *m) { return init_a(); }
        static PyObject *method(PyObject *s, PyObject *a) { same(); return NULL; }
        static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
        static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};`,
    });
    const [first, second] = files.functions.filter(one => one.name === 'same');
    expect([...(first?.surroundings.contexts ?? [])]).toEqual(['init']);
    expect([...(second?.surroundings.contexts ?? [])]).toEqual(['python']);
  });

  test('recursion ends', () => {
    const loop = extensionOf(`
      static void b(int n);
      static void a(int n) { if (n) b(n - 1); }
      static void b(int n) { a(n); }
      static PyObject *method(PyObject *s, PyObject *x) { a(3); return NULL; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    expect(contexts(loop, 'a')).toEqual(['python']);
    expect(contexts(loop, 'b')).toEqual(['python']);
  });

  test('a function behind a struct member is called from where the member is', () => {
    const members = extensionOf(`
      typedef struct cache { PyObject_HEAD PyObject *(*wrapper)(struct cache *, PyObject *); void (*on_close)(void); } Cache;
      static PyObject *plain(Cache *self, PyObject *arg) { return NULL; }
      static PyObject *bounded(Cache *self, PyObject *arg) { return NULL; }
      static void closed(void) {}
      static PyObject *make(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
        Cache *self = (Cache *)type->tp_alloc(type, 0);
        PyObject *(*wrapper)(Cache *, PyObject *) = kwargs ? bounded : plain;
        self->wrapper = wrapper; self->on_close = closed; return (PyObject *)self; }
      static PyObject *call(Cache *self, PyObject *args, PyObject *kwargs) {
        PyObject *r; Py_BEGIN_CRITICAL_SECTION(self); r = self->wrapper(self, args); Py_END_CRITICAL_SECTION(); return r; }
      static PyType_Slot slots[] = {{Py_tp_new, make}, {Py_tp_call, call}, {0, NULL}};
    `);
    for (const name of ['plain', 'bounded']) {
      expect(contexts(members, name)).toEqual(['python']);
      expect(view(members, name).surroundings.inherited.map(lock => lock.path)).toEqual(['p0']);
    }
    // Nobody here calls this member: strangers do.
    expect(contexts(members, 'closed')).toEqual(['callback']);
  });

  test('what a library is given runs where the library is told to run it', () => {
    const table = extensionOf(`
      typedef struct { int uses; } entry_t;
      static void drop(void *value) { entry_t *e = value; e->uses--; }
      static void other(void *value) {}
      static int order(const void *a, const void *b) { return 0; }
      static PyMutex lock;
      static _Py_hashtable_t *made(void) { return _Py_hashtable_new_full(hash, compare, NULL, drop, NULL); }
      static void *else_where(void) { return g_hash_table_new_full(hash, compare, NULL, other); }
      static PyObject *empty(PyObject *m, PyObject *table) {
        PyMutex_Lock(&lock); _Py_hashtable_clear((void *)table); PyMutex_Unlock(&lock); made(); else_where(); Py_RETURN_NONE; }
      static int setup(PyObject *m) { int all[4]; qsort(all, 4, sizeof(int), order); return 0; }
      static PyMethodDef methods[] = {{"empty", empty, METH_O, NULL}, {NULL}};
      static PyModuleDef_Slot slots[] = {{Py_mod_exec, setup}, {0, NULL}};
    `);
    expect(contexts(table, 'drop')).toEqual(['python']);
    expect(view(table, 'drop').surroundings.inherited.map(lock => lock.path)).toEqual(['a:lock']);
    expect(contexts(table, 'order')).toEqual(['init']);
    expect(view(table, 'order').surroundings.parameters.map(one => one.exclusive)).toEqual([true, false]);
    // Nobody here tells the library to run this one.
    expect(contexts(table, 'other')).toEqual(['callback']);
  });

  test('a lock that is handed to a helper is the one that all callers pass', () => {
    const handed = extensionOf(`
      typedef struct { PyMutex mutex; PyThread_type_lock native; int n; } registry;
      static void same(PyThread_type_lock lock) { if (lock != NULL) PyThread_acquire_lock(lock, 1); probe(lock); }
      static void either(PyThread_type_lock lock) { PyThread_acquire_lock(lock, 1); probe(lock); }
      static void on(PyThread_type_lock lock) { same(lock); }
      static PyObject *method(registry *self, registry *other) {
        same(NULL); same(self->native); on(self->native); either(self->native); either(other_lock()); return NULL; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    const members = (name: string) => {
      const one = view(handed, name);
      return one.locksAt(probe(one).step).map(lock => lock.member);
    };
    expect(members('same')).toEqual(['registry.native']);
    expect(members('either')).toEqual([null]);
  });

  test('a flag that is raised atomically keeps set-up apart from its users, and users not from each other', () => {
    const once = extensionOf(`
      typedef struct { int ready; int n; } cache; static PyMutex lock; static cache all;
      static void make(cache *c) { c->n = 1; probe(c); }
      static void use(cache *c) { c->n++; probe(c); }
      static PyObject *method(PyObject *m, PyObject *arg) {
        cache *c = &all;
        if (!_Py_atomic_load_int(&c->ready)) {
          PyMutex_Lock(&lock);
          if (!_Py_atomic_load_int(&c->ready)) { make(c); _Py_atomic_store_int(&c->ready, 1); }
          PyMutex_Unlock(&lock);
        }
        use(c); return NULL; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    const kept = (name: string) => {
      const one = view(once, name);
      return one.keptOutAt(probe(one).step).map(lock => `${lock.kind} ${lock.path.slice(-1)}`);
    };
    expect(kept('make')).toContain('flag !');
    expect([...new Set(kept('use'))]).toEqual(['flag ?']);
    // As a lock it counts for nothing.
    expect(view(once, 'use').locksAt(probe(view(once, 'use')).step)).toEqual([]);
    const use = once.accesses.of('cache.n').find(one => one.function.name === 'use' && one.kind === 'update')!;
    expect(once.accesses.conflicts(use).map(one => one.function.name)).toEqual(['use']);
  });

  test('what runs once, in one thread', () => {
    const once = extensionOf(`
      static void load(void) __attribute__((constructor));
      static void load(void) { helper(); }
      __attribute__((__destructor__(101))) void unload(void) { helper(); }
      __attribute__((unused)) void anybody(void) { }
      int Py_BytesMain(int argc, char **argv) { return 0; }
    `);
    const all = ['load', 'unload', 'anybody', 'Py_BytesMain'].map(name => contexts(once, name).join());
    expect(all).toEqual(['init', 'init', 'external', 'init']);
  });

  test('slots that code fills in are slots', () => {
    const slots = extensionOf(`
      static void dealloc(PyObject *self) {}
      static PyTypeObject Thing_Type;
      static int exec(PyObject *m) { Thing_Type.tp_dealloc = dealloc; return PyType_Ready(&Thing_Type); }
      static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};
    `);
    expect(contexts(slots, 'dealloc')).toEqual(['dealloc']);
  });

  const CLINIC = `
/*[clinic input]
obj.__init__ as obj_initobj
[clinic start generated code]*/

static int
obj_initobj_impl(Obj *self, int size)
/*[clinic end generated code: output=1 input=2]*/
{ set_size(self, size); return 0; }
`;
  const AROUND_CLINIC = `
typedef struct { PyObject_HEAD int size; } Obj;
static void set_size(Obj *o, int n) { o->size = n; }
`;
  const SLOTS = 'static PyType_Slot slots[] = {{Py_tp_init, obj_initobj}, {0, NULL}};';

  test('an implementation serves the slot of the generated function, at hand or not', () => {
    const alone = extensionOf(`${AROUND_CLINIC}${CLINIC}${SLOTS}`);
    expect(contexts(alone, 'obj_initobj_impl')).toEqual(['construction']);
    const both = extensionOfFiles({
      'clinic/obj.c.h': `
        static int obj_initobj_impl(Obj *self, int size);
        static int obj_initobj(PyObject *self, PyObject *args, PyObject *kwargs) {
          int size = 0; return obj_initobj_impl((Obj *)self, size); }`,
      'obj.c': `${AROUND_CLINIC}${CLINIC}${SLOTS}`,
    });
    expect(contexts(both, 'obj_initobj_impl')).toEqual(['construction']);
    expect(view(both, 'set_size').surroundings.parameters[0]?.exclusive).toBe(true);
  });

  test('code that nothing leads to does not speak for those whom others call', () => {
    const dead = extensionOf(`
      typedef struct { int n; } Path;
      static void fail(Path *path) { path->n = 0; }
      static void for_another_system(Path *path) { fail(path); }
      static PyObject *method(PyObject *self, PyObject *arg) { Path path; fail(&path); return NULL; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    expect(view(dead, 'fail').surroundings.parameters[0]?.exclusive).toBe(true);
    expect(view(dead, 'for_another_system').isUnreached).toBe(true);
  });

  test('what is in a capsule dies with it', () => {
    const capsules = extensionOf(`
      typedef struct { PyObject *type; } Api;
      static void destroy(PyObject *capsule) { Api *api = PyCapsule_GetPointer(capsule, "api"); Py_CLEAR(api->type); }
      static PyObject *method(PyObject *self, PyObject *arg) { return PyCapsule_New(make(), "api", destroy); }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    expect(capsules.accesses.all.filter(one => one.concurrent && one.name === 'type')).toEqual([]);
  });

  test('a lock on another argument is known although the first one is private', () => {
    const convert = extensionOf(`
      typedef struct { int strict; } State;
      static PyObject *walk(State *state, PyObject *dict) { probe(dict); return NULL; }
      static PyObject *method(PyObject *self, PyObject *dict) {
        State state; PyObject *r;
        Py_BEGIN_CRITICAL_SECTION(dict); r = walk(&state, dict); Py_END_CRITICAL_SECTION(); return r; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    expect(view(convert, 'walk').surroundings.inherited.map(lock => lock.path)).toEqual(['p1']);
  });

  test.each([
    ['what frees it', 'data->free = release;', 'Data *data', true],
    ['what frees one of many', 'data->free = release;', 'Data *pool, Data *data', false],
    ['what works on it', 'data->next = release;', 'Data *data', false],
  ])('memory is given up to %s', (_what, store, parameters, exclusive) => {
    const plain = extensionOf(`
      typedef struct Data { void (*free)(struct Data *); void (*next)(struct Data *); int n; } Data;
      static void release(${parameters}) {}
      static Data *make(void) { Data *data = malloc(sizeof(Data)); ${store} return data; }
      static PyObject *method(PyObject *self, PyObject *arg) { return PyCapsule_New(make(), "data", NULL); }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    expect(view(plain, 'release').surroundings.parameters[0]?.exclusive).toBe(exclusive);
  });

  test('a call through a member leads to functions that take as many arguments', () => {
    const two = extensionOf(`
      typedef struct Data { void (*free)(struct Data *); int n; } Data;
      typedef struct Pool { void (*free)(struct Pool *, Data *); int n; } Pool;
      static Pool *pool;
      static void release(Data *data) { data->n = 0; free(data); }
      static void release_to(Pool *pool, Data *data) { pool->n++; }
      static PyObject *method(PyObject *self, PyObject *arg) {
        Data *data = malloc(sizeof(Data));
        data->free = release; pool->free = release_to;
        pool->free(pool, data);
        return NULL; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    expect(contexts(two, 'release')).toEqual(['callback']);
    expect(contexts(two, 'release_to')).toEqual(['python']);
  });

  test('also where the extension calls that member itself', () => {
    const plain = extensionOf(`
      typedef struct Data { void (*free)(struct Data *); int n; } Data;
      typedef struct { PyObject_HEAD Data *data; } Obj;
      static void release(Data *data) { data->n = 0; free(data); }
      static PyObject *method(Obj *self, PyObject *arg) {
        Data *old = self->data; self->data = malloc(sizeof(Data)); self->data->free = release;
        if (old) old->free(old);
        return NULL; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    expect(contexts(plain, 'release')).toEqual(['python']);
    expect(view(plain, 'release').surroundings.parameters[0]?.exclusive).toBe(true);
  });

  test('unpickling finishes an object as tp_init does', () => {
    const pickled = extensionOf(`
      static PyObject *setstate(PyObject *self, PyObject *state) { Py_RETURN_NONE; }
      static PyMethodDef methods[] = {{"__setstate__", setstate, METH_O, NULL}, {NULL}};
    `);
    expect(contexts(pickled, 'setstate')).toEqual(['construction']);
  });
});

import { describe, expect, test } from 'vitest';
import { extensionOf, probe, view } from './read.ts';

/** What the analysis says of the argument of `probe(…)` in a method with that body. */
function ownershipIn(body: string, around = ''): string {
  const extension = extensionOf(`
    typedef struct { PyObject_HEAD PyObject *list; } Obj;
    static PyObject *registry;
    ${around}
    static PyObject *method(Obj *self, PyObject *args, PyObject *kwargs) { ${body} return NULL; }
    static PyMethodDef methods[] = {{"m", method, METH_VARARGS | METH_KEYWORDS, NULL}, {NULL}};
  `);
  const one = view(extension, 'method');
  const { step, value } = probe(one);
  return one.ownership(value, step);
}

describe('ownership', () => {
  test.each([
    ['fields and globals are shared', 'probe(self->list);', 'shared'],
    ['globals are shared', 'probe(registry);', 'shared'],
    ['the argument tuple is this call alone', 'probe(args);', 'arguments'],
    ['so is the keyword dict', 'PyObject *k = kwargs; probe(k);', 'arguments'],
    ['but not what is in it', 'probe(PyTuple_GET_ITEM(args, 0));', 'shared'],
    ['parsed arguments are shared', 'PyObject *a; PyArg_ParseTuple(args, "O", &a); probe(a);', 'shared'],
    ['a new list is private', 'PyObject *l = PyList_New(0); probe(l);', 'private'],
    ['through a copy and a cast', 'PyObject *l = PyList_New(0); Obj *o = (Obj *)l; probe(o);', 'private'],
    ['on either way', 'PyObject *l; if (kwargs) l = PyDict_New(); else l = PyList_New(0); probe(l);', 'private'],
    [
      'unless one way is shared',
      'PyObject *l; if (kwargs) l = self->list; else l = PyList_New(0); probe(l);',
      'shared',
    ],
    ['until it is stored', 'PyObject *l = PyList_New(0); self->list = l; probe(l);', 'unknown'],
    [
      'until it is in a shared container',
      'PyObject *l = PyList_New(0); PyList_Append(registry, l); probe(l);',
      'unknown',
    ],
    ['not by being in a private one', 'PyObject *l = PyList_New(0), *d = PyTuple_Pack(1, l); probe(l);', 'private'],
    [
      'storing on another way is of no account',
      'PyObject *l = PyList_New(0); if (kwargs) { self->list = l; return NULL; } probe(l);',
      'private',
    ],
    [
      'a list is not shown to others by its own methods',
      'PyObject *l = PyList_New(0); PyObject_CallMethod(l, "sort", NULL); probe(l);',
      'private',
    ],
    [
      'in front of the other arguments either',
      'PyObject *l = PyList_New(0); PyObject *v[] = {l, registry}; PyObject_VectorcallMethod(name, v, 2, NULL); probe(l);',
      'private',
    ],
    [
      'as one of them it is',
      'PyObject *l = PyList_New(0); PyObject *v[] = {registry, l}; PyObject_VectorcallMethod(name, v, 2, NULL); probe(l);',
      'unknown',
    ],
    [
      'and as an argument of a method of somebody else',
      'PyObject *l = PyList_New(0); PyObject_CallMethod(registry, "add", "O", l); probe(l);',
      'unknown',
    ],
    ['a tuple made here can not change', 'PyObject *t = PySequence_Tuple(self->list); probe(t);', 'immutable'],
    ['constants live for ever', 'probe(Py_None);', 'immortal'],
    ['the result of any call may be either', 'probe(PyObject_CallNoArgs(self->list));', 'unknown'],
    ["the thread state's dict is the thread's own", 'probe(PyThreadState_GetDict());', 'private'],
    ['what a library makes is new', 'void *d = codecDecoderCreate(); probe(d);', 'private'],
    ['what it gives is not', 'void *d = codecDecoderCurrent(); probe(d);', 'unknown'],
    [
      'what is in a tuple that a call gave back is no surer shared than that',
      'PyObject *t = PyObject_CallNoArgs(registry); probe(PyTuple_GET_ITEM(t, 0));',
      'unknown',
    ],
    [
      'what is in a list may well be',
      'PyObject *l = PyObject_CallNoArgs(registry); probe(PyList_GET_ITEM(l, 0));',
      'shared',
    ],
    [
      'items of a mapping are new tuples',
      'PyObject *i = PyMapping_Items(self->list); probe(PyList_GET_ITEM(i, 0));',
      'immutable',
    ],
    ['attributes are shared', 'probe(PyObject_GetAttrString(registry, "x"));', 'shared'],
  ])('%s', (_, body, expected) => {
    expect(ownershipIn(body)).toBe(expected);
  });

  test('helpers are looked through', () => {
    const helpers = `
      static PyObject *make(void) { PyObject *l = PyList_New(0); if (l == NULL) return NULL; return l; }
      static PyObject *same(PyObject *x) { Py_INCREF(x); return x; }
      static PyObject *kept(void) { PyObject *l = PyList_New(0); registry = l; return l; }
      static PyObject *of(Obj *o) { return o->list; }
    `;
    expect(ownershipIn('probe(make());', helpers)).toBe('private');
    expect(ownershipIn('probe(same(make()));', helpers)).toBe('private');
    expect(ownershipIn('probe(kept());', helpers)).toBe('shared');
    expect(ownershipIn('probe(of(self));', helpers)).toBe('shared');
  });

  test('an object of the extension is private while its class finishes it, a container given to Python is not', () => {
    const make = `
      static PyObject *wrong(void) { return PyErr_Format(PyExc_TypeError, "no"); }
      static PyObject *make(PyTypeObject *t) { if (t == NULL) return wrong(); return (PyObject *)PyObject_New(Obj, t); }
      static PyObject *list(void) { return PyList_New(0); }
    `;
    const finished = 'PyObject_CallMethodOneArg(registry, name, (PyObject *)o);';
    expect(ownershipIn(`Obj *o = PyObject_New(Obj, Py_TYPE(self)); ${finished} probe(o);`)).toBe('private');
    expect(ownershipIn(`PyObject *o = PyList_New(0); ${finished} probe(o);`)).toBe('unknown');
    expect(ownershipIn(`PyObject *o = make(Py_TYPE(self)); ${finished} probe(o);`, make)).toBe('private');
    expect(ownershipIn(`PyObject *o = list(); ${finished} probe(o);`, make)).toBe('unknown');
  });

  test('a constructor that fails with an exception returns a new object all the same', () => {
    const make = `
      static Obj *make(PyTypeObject *t) {
        Obj *o = PyObject_New(Obj, t);
        if (o == NULL) return (Obj *)PyErr_NoMemory();
        return o;
      }
      static void *room(int n) { void *p = PyMem_Malloc(n); if (p == NULL) return PyErr_NoMemory(); return p; }
      static void *some_room(int n) { return n > 9 ? (void *)PyList_New(0) : PyMem_Malloc(n); }
    `;
    expect(ownershipIn('probe(make(Py_TYPE(self)));', make)).toBe('private');
    expect(ownershipIn('probe(room(3));', make)).toBe('private');
    expect(ownershipIn('probe(some_room(3));', make)).toBe('private');
  });

  test('a constructor may call itself, and may get the allocator out of the type', () => {
    const make = `
      static Obj *make(PyTypeObject *t, int depth) {
        if (depth > 0) return make(t, depth - 1);
        allocfunc obj_alloc = PyType_GetSlot(t, Py_tp_alloc);
        Obj *o = (Obj *)obj_alloc(t, 0);
        if (o == NULL) return NULL;
        return o;
      }
    `;
    expect(ownershipIn('probe(make(Py_TYPE(self), 1));', make)).toBe('private');
  });

  test('converters of parsed arguments fill a variable of the caller', () => {
    const extension = extensionOf(`
      typedef struct { int n; } Size;
      static int convert(PyObject *from, Size *to) { to->n = 0; probe(to); return 1; }
      static PyObject *method(PyObject *self, PyObject *args) {
        Size size; if (!PyArg_ParseTuple(args, "O&", convert, &size)) return NULL; Py_RETURN_NONE; }
      static PyMethodDef methods[] = {{"m", method, METH_VARARGS, NULL}, {NULL}};
    `);
    const convert = view(extension, 'convert');
    const { step, value } = probe(convert);
    expect(convert.isExclusive(value, step)).toBe(true);
  });

  test('an object that points to itself is still private', () => {
    const helper = `
      typedef struct node { struct node *end; struct node *next; void *handle; } Node;
      static void close(Node *n) { n->end = n; n->next = n->end; }
      static void join(Node *n, Node *to) { to->next = n; }
    `;
    const made = 'Node *n = PyMem_Malloc(sizeof(Node));';
    expect(ownershipIn(`${made} close(n); probe(n);`, helper)).toBe('private');
    expect(ownershipIn(`${made} Node *m = PyMem_Malloc(sizeof(Node)); join(n, m); probe(n);`, helper)).toBe('private');
    expect(ownershipIn(`${made} join(n, (Node *)registry); probe(n);`, helper)).toBe('unknown');
    // A library's handle that belongs to the object gets a pointer back to it.
    expect(ownershipIn(`${made} n->handle = lib_new(); lib_set_user_data(n->handle, n); probe(n);`, helper)).toBe(
      'private',
    );
    expect(ownershipIn(`${made} lib_set_user_data(registry, n); probe(n);`, helper)).toBe('unknown');
  });

  test.each([
    [
      'a struct of the call is as private as what was put there',
      'Work w; w.made = PyList_New(0); probe(w.made);',
      'private',
    ],
    ['so is an array', 'PyObject *a[2]; a[0] = PyList_New(0); a[1] = registry; probe(a[0]);', 'private'],
    ['by index', 'PyObject *a[2]; a[0] = PyList_New(0); a[1] = registry; probe(a[1]);', 'unknown'],
    ['the struct says nothing', 'Work w; w.made = self->list; probe(w.made);', 'unknown'],
    ['a helper fills it', 'Work w; fill(&w); probe(w.made);', 'private'],
    ['with what others have', 'Work w; fill_shared(&w); probe(w.made);', 'unknown'],
    ['or keeps what it fills in', 'Work w; fill_kept(&w); probe(w.made);', 'unknown'],
    ['what was in it is given away', 'Work w; fill(&w); registry = w.made; probe(w.made);', 'unknown'],
    ['by a helper', 'Work w; fill(&w); give(&w); probe(w.made);', 'unknown'],
    ['also under its own name', 'Work w; PyObject *l = PyList_New(0); w.made = l; give(&w); probe(l);', 'unknown'],
    ['with the struct itself', 'Work w; PyObject *l = PyList_New(0); w.made = l; keep = &w; probe(l);', 'unknown'],
    ['a helper gives back parts that it made', 'Box *b = box(); probe(b->inner);', 'private'],
    ['until they are taken out', 'Box *b = box(); registry = b->inner; probe(b->inner);', 'unknown'],
    ['and not what it was given', 'Box *b = box_of(self->list); probe(b->inner);', 'unknown'],
  ])('%s', (_, body, expected) => {
    const helpers = `
      typedef struct { PyObject *made; int n; } Work;
      typedef struct { PyObject_HEAD PyObject *inner; } Box;
      static Work *keep;
      static void fill(Work *w) { w->made = PyList_New(0); }
      static void fill_shared(Work *w) { w->made = registry; }
      static void fill_kept(Work *w) { w->made = PyList_New(0); registry = w->made; }
      static void give(Work *w) { PyList_Append(registry, w->made); }
      static Box *box(void) { Box *b = PyObject_New(Box, 0); b->inner = PyDict_New(); return b; }
      static Box *box_of(PyObject *x) { Box *b = PyObject_New(Box, 0); b->inner = x; return b; }
    `;
    expect(ownershipIn(body, helpers)).toBe(expected);
  });

  test('a helper knows what all its callers have put into a struct', () => {
    const program = (second: string) =>
      extensionOf(`
        typedef struct { PyObject *names; PyObject *rest; } Work;
        static void use(Work *w) { probe(w->names); }
        static PyObject *one(PyObject *self, PyObject *arg) { Work w; w.names = PyDict_Copy(arg); use(&w); return w.names; }
        static PyObject *two(PyObject *self, PyObject *arg) { Work w; w.names = ${second}; use(&w); return w.names; }
        static PyMethodDef methods[] = {{"one", one, METH_O, NULL}, {"two", two, METH_O, NULL}, {NULL}};
      `);
    const inUse = (second: string) => {
      const use = view(program(second), 'use');
      const { step, value } = probe(use);
      return use.ownership(value, step);
    };
    expect(inUse('PyDict_New()')).toBe('private');
    expect(inUse('Py_NewRef(arg)')).toBe('unknown');
  });

  test('a helper that all callers give private objects has a private parameter', () => {
    const extension = extensionOf(`
      static void fill(PyObject *list) { probe(list); }
      static PyObject *method(PyObject *self, PyObject *arg) { PyObject *l = PyList_New(0); fill(l); return l; }
      static PyMethodDef methods[] = {{"m", method, METH_O, NULL}, {NULL}};
    `);
    const fill = view(extension, 'fill');
    const { step, value } = probe(fill);
    expect(fill.ownership(value, step)).toBe('private');
    expect(fill.isExclusive(value, step)).toBe(true);
  });

  test('an object is exclusive in its destructor, others that it points to are not', () => {
    const extension = extensionOf(`
      typedef struct node { PyObject_HEAD struct node *next; int uses; } Node;
      static void node_dealloc(Node *self) { self->uses--; self->next->uses--; }
      static PyType_Slot slots[] = {{Py_tp_dealloc, node_dealloc}, {0, NULL}};
    `);
    const updates = extension.accesses.all.filter(access => access.kind === 'update');
    expect(updates.map(access => [access.base, access.concurrent])).toEqual([
      ['p0', false],
      ['p0>next', true],
    ]);
  });
});

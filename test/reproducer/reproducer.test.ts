import { describe, expect, test } from 'vitest';
import { exported, sceneOf } from './read.ts';

/** A type with the given struct fields, functions and rows, in a module `box`. */
function box(parts: {
  fields?: string;
  functions: string;
  methods?: string;
  getset?: string;
  members?: string;
}): string {
  return `
#include <Python.h>
typedef struct { PyObject_HEAD ${parts.fields ?? ''} } BoxObject;
${parts.functions}
static PyMethodDef Box_methods[] = { ${parts.methods ?? ''} {NULL, NULL, 0, NULL} };
static PyGetSetDef Box_getset[] = { ${parts.getset ?? ''} {NULL, NULL, NULL, NULL, NULL} };
static PyMemberDef Box_members[] = { ${parts.members ?? ''} {NULL, 0, 0, 0, NULL} };
static PyType_Slot Box_slots[] = {
    {Py_tp_methods, Box_methods}, {Py_tp_getset, Box_getset}, {Py_tp_members, Box_members}, {0, NULL},
};
PyType_Spec Box_spec = {
    .name = "boxes.box.Box", .basicsize = sizeof(BoxObject), .flags = Py_TPFLAGS_DEFAULT, .slots = Box_slots,
};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "box"};
PyMODINIT_FUNC PyInit_box(void) { return PyModuleDef_Init(&module); }
`;
}

describe('what is raced', () => {
  test('a borrowed item: the method against Python code that changes the list', () => {
    const text = box({
      fields: 'PyObject *items;',
      functions: `static PyObject *Box_first(BoxObject *self, PyObject *ignored) {
    PyObject *item = PyList_GetItem(self->items, 0);
    return Py_XNewRef(item);
}`,
      methods: '{"first", (PyCFunction)Box_first, METH_NOARGS, NULL},',
      members: '{"items", Py_T_OBJECT_EX, offsetof(BoxObject, items), Py_READONLY, NULL},',
    });
    expect(exported(text, 'borrowed-list-item').missing).toEqual([]);
    expect(sceneOf(text, 'borrowed-list-item')).toBe(`def scene(module):
    """What the threads share, and what they do with it: n counts rounds, me tells threads apart."""
    box = module.Box()
    replace(box.items)

    def box_first(n, me):  # runs Box_first()
        return box.first()

    def replace_in_items(n, me):  # Python code that stores something else
        replace(box.items)

    def resize_items(n, me):  # Python code that adds and removes
        resize(box.items, n)

    return Scene(
        line_ups=[
            (box_first, replace_in_items),
            (box_first, resize_items),
            (box_first, box_first),
            (box_first, box_first, replace_in_items),
        ],
    )`);
  });

  test('a counter: the method with itself, and the getter says whether anything was lost', () => {
    const text = box({
      fields: 'long hits;',
      functions: `static PyObject *Box_hit(BoxObject *self, PyObject *args) {
    long amount; int twice = 0;
    if (!PyArg_ParseTuple(args, "l|p", &amount, &twice)) return NULL;
    self->hits += amount;
    Py_RETURN_NONE;
}
static PyObject *Box_get_hits(BoxObject *self, void *closure) { return PyLong_FromLong(self->hits); }`,
      methods: '{"hit", (PyCFunction)Box_hit, METH_VARARGS, NULL},',
      getset: '{"hits", (getter)Box_get_hits, NULL, NULL, NULL},',
    });
    expect(sceneOf(text, 'object-field-rmw')).toBe(`def scene(module):
    """What the threads share, and what they do with it: n counts rounds, me tells threads apart."""
    box = module.Box()

    def box_hit(n, me):  # runs Box_hit()
        return box.hit(me + 1)

    return Scene(
        line_ups=[
            (box_hit, box_hit),
            (box_hit, box_hit, box_hit),
        ],
        readings={
            "box.hits": lambda: box.hits,
        },
    )`);
  });

  test('the import is found in its package', () => {
    const text = box({
      fields: 'PyObject *seen;',
      functions: `static PyObject *Box_get_seen(BoxObject *self, void *closure) {
    if (self->seen == NULL) self->seen = PyList_New(0);
    return Py_XNewRef(self->seen);
}`,
      getset: '{"seen", (getter)Box_get_seen, NULL, NULL, NULL},',
    });
    expect(exported(text, 'lazy-init-field').text).toContain('MODULE = "boxes.box"');
    expect(sceneOf(text, 'lazy-init-field')).toContain('first=(lambda: module.Box(), lambda thing: thing.seen),');
  });

  test('a list that comes as an argument is shared, and a thread changes its size while it is walked', () => {
    const text = `
#include <Python.h>
static PyObject *add(PyObject *module, PyObject *numbers) {
    PyObject *fast = PySequence_Fast(numbers, "a sequence");
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(fast); i++) PyObject_CallNoArgs(PySequence_Fast_GET_ITEM(fast, i));
    Py_DECREF(fast);
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = { {"add", add, METH_O, NULL}, {NULL, NULL, 0, NULL} };
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "adds", .m_methods = methods};
PyMODINIT_FUNC PyInit_adds(void) { return PyModuleDef_Init(&module); }`;
    const scene = sceneOf(text, 'sequence-fast-unlocked');
    expect(scene).toContain('    shared = [Fresh() for _ in range(8)]\n');
    expect(scene).toContain('        return module.add(shared)\n');
    expect(scene).toContain('line_ups=[\n            (call_add, resize_shared),\n');
  });

  test('what a weak reference points to lives for a moment: other threads replace the whole object', () => {
    const text = box({
      fields: 'PyObject *owner;',
      functions: `static PyObject *Box_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    PyObject *owner;
    if (!PyArg_ParseTuple(args, "O", &owner)) return NULL;
    BoxObject *self = (BoxObject *)type->tp_alloc(type, 0);
    self->owner = PyWeakref_NewRef(owner, NULL);
    return (PyObject *)self;
}
static PyObject *Box_get_owner(BoxObject *self, void *closure) { return Py_XNewRef(PyWeakref_GetObject(self->owner)); }`,
      getset: '{"owner", (getter)Box_get_owner, NULL, NULL, NULL},',
    }).replace('{0, NULL},\n};', '{Py_tp_new, Box_new}, {0, NULL},\n};');
    const scene = sceneOf(text, 'borrowed-weakref-object');
    expect(scene).toContain(`    held = Fresh()
    box_shelf = [module.Box(held)]

    def renew_box(n, me):  # Python: another object takes its place
        held = Fresh()
        box_shelf[0] = module.Box(held)
        sum(range(30))  # somebody looks at it; then what is held goes

    def get_box_owner(n, me):  # runs Box_get_owner()
        return box_shelf[0].owner
`);
    expect(scene).toContain('(get_box_owner, renew_box),');
  });

  test('an iterator is replaced when it is at its end, and is asked for where the type can not be called', () => {
    const text = `
#include <Python.h>
typedef struct { PyObject_HEAD int n; } BagObject;
typedef struct { PyObject_HEAD BagObject *bag; int at; } WalkObject;
static PyObject *Walk_next(WalkObject *self) {
    if (self->at >= self->bag->n) return NULL;
    return PyLong_FromLong(self->at++);
}
static PyTypeObject Walk_Type = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "bags.Walk", .tp_iternext = (iternextfunc)Walk_next, };
static PyObject *Bag_iter(BagObject *self) {
    WalkObject *walk = PyObject_New(WalkObject, &Walk_Type);
    walk->bag = (BagObject *)Py_NewRef(self);
    walk->at = 0;
    return (PyObject *)walk;
}
static int Bag_init(BagObject *self, PyObject *args, PyObject *kwargs) {
    return PyArg_ParseTuple(args, "i", &self->n) ? 0 : -1;
}
static PyTypeObject Bag_Type = {
    PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "bags.Bag", .tp_basicsize = sizeof(BagObject),
    .tp_iter = (getiterfunc)Bag_iter, .tp_init = (initproc)Bag_init,
};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "bags"};
PyMODINIT_FUNC PyInit_bags(void) { return PyModuleDef_Init(&module); }`;
    expect(sceneOf(text, 'iternext-state-unlocked')).toContain(`    bag = module.Bag(1)
    walk_shelf = [iter(bag)]

    def walk_iternext(n, me):  # runs Walk_next()
        item = next(walk_shelf[0], None)
        if item is None:
            walk_shelf[0] = iter(bag)  # it was at its end
        return item
`);
  });

  test('a method whose name is a word of the grammar', () => {
    const text = `
#include <Python.h>
static long tries;
static PyObject *try_it(PyObject *module, PyObject *ignored) { tries++; Py_RETURN_NONE; }
static PyMethodDef methods[] = { {"try", try_it, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL} };
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "tries", .m_methods = methods};
PyMODINIT_FUNC PyInit_tries(void) { return PyModuleDef_Init(&module); }`;
    expect(sceneOf(text, 'global-counter')).toContain('return getattr(module, "try")()');
  });

  test('a static buffer: a function of the module, each thread with an argument of its own', () => {
    const text = `
#include <Python.h>
static PyObject *show(PyObject *module, PyObject *number) {
    static char text[32];
    PyOS_snprintf(text, sizeof text, "%ld", PyLong_AsLong(number));
    return PyUnicode_FromString(text);
}
static PyMethodDef methods[] = { {"show", show, METH_O, NULL}, {NULL, NULL, 0, NULL} };
static PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "shows", .m_methods = methods};
PyMODINIT_FUNC PyInit_shows(void) { return PyModuleDef_Init(&module); }`;
    expect(sceneOf(text, 'static-scratch-buffer')).toContain('return module.show(me + 1)');
  });
});

describe('what could not be worked out is said', () => {
  test('a converter of its own', () => {
    const text = box({
      fields: 'long hits;',
      functions: `static int to_amount(PyObject *value, void *out);
static PyObject *Box_hit(BoxObject *self, PyObject *args) {
    long amount;
    if (!PyArg_ParseTuple(args, "O&", to_amount, &amount)) return NULL;
    self->hits += amount;
    Py_RETURN_NONE;
}`,
      methods: '{"hit", (PyCFunction)Box_hit, METH_VARARGS, NULL},',
    });
    const made = exported(text, 'object-field-rmw');
    expect(made.missing).toEqual(['an argument is what to_amount converts']);
    expect(made.text).toContain('TO_DO = [  # take out what is done\n    "an argument is what to_amount converts",\n]');
    expect(made.text).toContain("Note: nothing shows the value of self->hits, so a lost update can't be seen.");
  });

  test('a function that Python code does not reach', () => {
    const text = `
#include <Python.h>
long hits;
void hit(void) { hits++; }`;
    const made = exported(text, 'global-counter');
    expect(made.missing).toEqual([
      'the name of the module was not found',
      'no way was found in which Python code comes to run hit()',
    ]);
    expect(made.name).toBe('test_race_hits.py');
  });
});

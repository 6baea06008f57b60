import { describe, expect, it } from 'vitest';
import { dumpType } from '../../server/src/program/dump.ts';
import type { TranslationUnit } from '../../server/src/program/model.ts';
import { lowerText } from './read.ts';

function structs(unit: TranslationUnit): string[] {
  return unit.structs.map(({ name, aliases, isObject, fields }) => {
    const names = [name, ...aliases].join('/');
    const members = fields.map(
      field => `${dumpType(field.type)} ${field.name}${field.bits === undefined ? '' : `:${field.bits}`}`,
    );
    return `${isObject ? 'object ' : ''}${names} { ${members.join('; ')} }`;
  });
}

function globals(unit: TranslationUnit): string[] {
  return unit.globals.map(({ name, type, storage, threadLocal, initializer }) =>
    [storage, threadLocal && 'thread-local', dumpType(type), name, initializer].filter(Boolean).join(' '),
  );
}

describe('structs', () => {
  it('have their fields, tags and typedef names', () => {
    const unit = lowerText(
      `typedef struct node { struct node *next; union { int i; double d; } u; unsigned flags : 3; char name[16];
         int (*compare)(void *, void *); } Node;
       struct plain { int a, *b, **c; };
       typedef struct { PyObject_HEAD PyObject *dict; } Counter;
       typedef struct { Counter base; _Atomic(int) n; } Sub;`,
    );
    expect(structs(unit)).toEqual([
      'Node.u { int i; double d }',
      'Node/node { node* next; Node.u u; unsigned flags:3; char[] name; ?() compare }',
      'plain { int a; int* b; int** c }',
      'object Counter { PyObject ob_base; PyObject* dict }',
      'object Sub { Counter base; atomic int n }',
    ]);
  });

  it('have the members that macros stand for', () => {
    const unit = lowerText(
      `#define Future_HEAD(prefix) PyObject_HEAD PyObject *prefix##_loop; int prefix##_state;
       typedef struct { Future_HEAD(task) int last; } Task;`,
    );
    expect(structs(unit)).toEqual(['object Task { PyObject ob_base; PyObject* task_loop; int task_state; int last }']);
  });

  it('are named after the variable that they were written for', () => {
    const unit = lowerText('static struct { PyObject *cache; int n; } state; int f(void) { return state.n; }');
    expect(structs(unit)).toEqual(['struct state { PyObject* cache; int n }']);
    expect(globals(unit)).toEqual(['static struct state state none']);
  });
});

describe('variables', () => {
  it('are thread-local through a macro too, defined here or only named so', () => {
    const unit = lowerText(
      `#if defined(HAVE_THREAD_LOCAL)
       #define A_TLS _Thread_local
       #else
       #define A_TLS
       #endif
       #define OURS __thread
       static A_TLS int a;
       static OURS int b = 0;
       DB_TLS DB_API Row *c;
       int f(int n) { static DB_THREAD_LOCAL int d; static int e; OURS static int g; return d; }
       static int h;`,
    );
    expect(globals(unit)).toEqual([
      'static thread-local int a none',
      'static thread-local int b zero',
      'external-definition thread-local Row* c none',
      'static int h none',
      'static thread-local int f.d none',
      'static int f.e none',
      'static thread-local int f.g none',
    ]);
  });

  it('have their storage and what they start with', () => {
    const unit = lowerText(
      `static PyObject *a, *b = NULL, *c[4];
       int counter = 3;
       extern int elsewhere;
       static const char *const names[] = {"x", "y"};
       static _Thread_local PyObject *mine;
       static int (*hook)(int) = 0;
       static atomic_int n;
       static volatile int stop;
       int f(void) { static int depth; static PyObject *cache = NULL; return depth; }`,
    );
    expect(globals(unit)).toEqual([
      'static PyObject* a none',
      'static PyObject* b zero',
      'static PyObject*[] c none',
      'external-definition int counter constant',
      'extern int elsewhere none',
      'static const char*[] names constant',
      'static thread-local PyObject* mine none',
      'static ?() hook zero',
      'static atomic atomic_int n none',
      'static volatile int stop none',
      'static int f.depth none',
      'static PyObject* f.cache zero',
    ]);
  });
});

describe('tables', () => {
  function tables(text: string): string[] {
    return lowerText(text).tables.flatMap(({ name, kind, entries }) => [
      `${kind} ${name}`,
      ...entries.map(entry => `  ${[entry.slot, entry.name, entry.target, entry.detail].join(' | ')}`),
    ]);
  }

  it('of methods, getters, members and slots', () => {
    expect(
      tables(
        `static PyMethodDef methods[] = {
           {"add", (PyCFunction)(void (*)(void))add, METH_VARARGS | METH_KEYWORDS, "doc"},
           {.ml_name = "pop", .ml_meth = pop, .ml_flags = METH_NOARGS}, {NULL, NULL, 0, NULL}};
         static PyGetSetDef accessors[] = {{"size", get_size, (setter)set_size, NULL, NULL}, {NULL}};
         static PyMemberDef members[] = {{"n", Py_T_INT, offsetof(Obj, n), Py_READONLY}, {NULL}};
         static PyType_Slot slots[] = {{Py_tp_new, make}, {Py_tp_methods, methods}, {0, NULL}};
         static PyType_Spec spec = {"m.T", sizeof(Obj), 0, Py_TPFLAGS_DEFAULT, slots};`,
      ),
    ).toEqual([
      'methods methods',
      '  meth | add | add | METH_VARARGS | METH_KEYWORDS',
      '  meth | pop | pop | METH_NOARGS',
      'getset accessors',
      '  get | size | get_size | NULL',
      '  set | size | set_size | NULL',
      'members members',
      '  member | n |  | Py_T_INT, offsetof(Obj, n), Py_READONLY',
      'slots slots',
      '  Py_tp_new |  | make | make',
      '  Py_tp_methods |  | methods | methods',
      'type-spec spec',
      '  name | m.T |  | "m.T"',
      '  basicsize |  |  | sizeof(Obj)',
      '  flags |  | Py_TPFLAGS_DEFAULT | ',
      '  slots |  | slots | ',
    ]);
  });

  it('of types and modules, positional and designated', () => {
    expect(
      tables(
        `static PyTypeObject A = { PyVarObject_HEAD_INIT(NULL, 0) "m.A", sizeof(Obj), 0, (destructor)a_dealloc, };
         static PyTypeObject B = { PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "m.B", .tp_new = b_new };
         static PySequenceMethods seq = { (lenfunc)length, 0, 0, item };
         static struct PyModuleDef m = { PyModuleDef_HEAD_INIT, .m_name = "m", .m_slots = mslots, .m_size = 0 };`,
      ),
    ).toEqual([
      'type A',
      '  ob_base |  |  | PyVarObject_HEAD_INIT(NULL, 0)',
      '  tp_name | m.A |  | "m.A"',
      '  tp_basicsize |  |  | sizeof(Obj)',
      '  tp_dealloc |  | a_dealloc | ',
      'type B',
      '  ob_base |  |  | PyVarObject_HEAD_INIT(NULL, 0)',
      '  tp_name | m.B |  | "m.B"',
      '  tp_new |  | b_new | ',
      'sequence seq',
      '  sq_length |  | length | ',
      '  sq_item |  | item | ',
      'module m',
      '  m_base |  | PyModuleDef_HEAD_INIT | ',
      '  m_name | m |  | "m"',
      '  m_slots |  | mslots | ',
    ]);
  });

  it('of anything else that holds functions', () => {
    expect(tables('static struct ops o = { .open = do_open, &do_close }; static int primes[] = {2, 3};')).toEqual([
      'callbacks o',
      '  open |  | do_open | ',
      '   |  | do_close | ',
    ]);
  });

  it('whose members are filled by position', () => {
    const ops = 'typedef int (*open_fn)(int); struct ops { const char *name; open_fn open; void (*close)(void); };';
    expect(tables(`${ops} static struct ops all[] = {{"a", do_open, &do_close}, {.open = o2, c2}};`)).toEqual([
      'callbacks all',
      '  open |  | do_open | ',
      '  close |  | do_close | ',
      '  open |  | o2 | ',
      '  close |  | c2 | ',
    ]);
    const nested = `${ops} struct kind { int size; struct ops ops; open_fn last; };`;
    expect(tables(`${nested} static struct kind k = {4, {"a", do_open, do_close}, do_last};`)).toEqual([
      'callbacks k',
      '  open |  | do_open | ',
      '  close |  | do_close | ',
      // The braces before it might have been left out.
      '   |  | do_last | ',
    ]);
    // More values than members, and an array of functions without a name.
    expect(tables(`${ops} static struct ops o = {0, f, g, h}; static open_fn fns[] = {f, g};`)).toEqual([
      'callbacks o',
      '  open |  | f | ',
      '  close |  | g | ',
      '   |  | h | ',
      'callbacks fns',
      '   |  | f | ',
      '   |  | g | ',
    ]);
  });

  it('with rows that Argument Clinic generates', () => {
    const impl = 'static PyObject *mod_Queue_put_impl(Queue *self) { return NULL; }';
    const table = 'static PyMethodDef t[] = { MOD_QUEUE_PUT_METHODDEF {NULL} };';
    expect(tables(`${impl} ${table}`)).toEqual([
      'methods t',
      '  meth |  | mod_Queue_put_impl | MOD_QUEUE_PUT_METHODDEF',
    ]);
    const wrapper = 'static PyObject *mod_Queue_put(PyObject *self, PyObject *a) { return mod_Queue_put_impl(self); }';
    const macro =
      '#define MOD_QUEUE_PUT_METHODDEF {"put", _PyCFunction_CAST(mod_Queue_put), METH_O, mod_Queue_put__doc__},';
    expect(tables(`${macro}\n${wrapper} ${impl} ${table}`)).toEqual([
      'methods t',
      '  meth | put | mod_Queue_put | METH_O',
    ]);
    expect(tables(`${macro}\n${impl} ${table}`)).toEqual([
      'methods t',
      '  meth | put | mod_Queue_put | METH_O',
      '  meth | put | mod_Queue_put_impl | METH_O',
    ]);
  });

  it('stand in functions too, and know their build', () => {
    const unit = lowerText(
      `PyObject *f(void) { static PyMethodDef def = {"x", run, METH_NOARGS}; return PyCFunction_New(&def, NULL); }
static PyModuleDef_Slot slots[] = {
  {Py_mod_exec, exec},
#ifdef Py_GIL_DISABLED
  {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
  {0, NULL}};`,
    );
    expect(
      unit.tables.map(table => [table.name, table.entries.map(entry => [entry.target, entry.build?.only])]),
    ).toEqual([
      [
        'slots',
        [
          ['exec', undefined],
          ['Py_MOD_GIL_NOT_USED', 'free-threaded'],
        ],
      ],
      ['f.def', [['run', undefined]]],
    ]);
  });
});

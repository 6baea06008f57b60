import { describe, expect, it } from 'vitest';
import { dumpFunction } from '../../server/src/program/dump.ts';
import { expectSteps, lines, lowerOne, lowerText } from './read.ts';

describe('macros of the project', () => {
  it('reads fields through access and cast macros', () => {
    expectSteps(
      `#define Obj_CAST(op) ((Obj *)(op))
       #define CACHE(op) (Obj_CAST(op)->cache)
       typedef struct { PyObject_HEAD PyObject *cache; } Obj;
       void f(PyObject *op) { use(CACHE(op)); CACHE(op) = NULL; }`,
      `0: entry
       1: load op->Obj::cache  [CACHE]
       2: call use(#1)
       3: op->Obj::cache = NULL
       4: return`,
    );
  });

  it('finds hidden returns and jumps', () => {
    expectSteps(
      `#define CHECK(x) do { if (!(x)) return NULL; } while (0)
       #define OR_FAIL(x) if ((x) < 0) goto fail
       PyObject *f(PyObject *op) { CHECK(op); OR_FAIL(g(op)); return op; fail: return NULL; }`,
      `0: entry
       1: if op -> 3 2  [CHECK]
       2: return NULL  [CHECK]
       3: call g(op)
       4: if (#3 < 0) -> 5 6  [OR_FAIL]
       5: join -> 7  [OR_FAIL]
       6: return op
       7: fail:
       8: return NULL`,
    );
  });

  it('finds locks behind wrappers, and pairs that hide a brace', () => {
    expectSteps(
      `#define LOCK_CACHE(self) { PyMutex_Lock(&(self)->mutex)
       #define UNLOCK_CACHE(self) PyMutex_Unlock(&(self)->mutex); }
       #define SECTION(o) Py_BEGIN_CRITICAL_SECTION(o)
       #define SECTION_END() Py_END_CRITICAL_SECTION()
       typedef struct { PyMutex mutex; int n; } Obj;
       void f(Obj *self) {
         LOCK_CACHE(self);
         self->n++;
         UNLOCK_CACHE(self);
         SECTION(self);
         self->n++;
         SECTION_END();
       }`,
      `0: entry
       1: acquire mutex(&self->Obj::mutex) by PyMutex_Lock  [LOCK_CACHE]
       2: self->Obj::n += 1 (old)
       3: release mutex(&self->Obj::mutex) by PyMutex_Unlock  [UNLOCK_CACHE]
       4: acquire critical-section(self) by Py_BEGIN_CRITICAL_SECTION  [SECTION]
       5: self->Obj::n += 1 (old)
       6: release critical-section(self) by Py_END_CRITICAL_SECTION  [SECTION_END]
       7: return`,
    );
  });

  it('follows aliases, pasted names and variable arguments', () => {
    expectSteps(
      `#define lock_it PyMutex_Lock
       #define CALL(name, ...) module_##name(__VA_ARGS__)
       #define LOG(fmt, ...) log_it(fmt, __VA_ARGS__)
       void f(PyMutex *m) { lock_it(m); CALL(run, 1, 2); LOG("x", m, 3); }`,
      `0: entry
       1: acquire mutex(m) by PyMutex_Lock
       2: call module_run(1, 2)  [CALL]
       3: call log_it("x", m, 3)  [LOG]
       4: return`,
    );
  });

  it('makes strings of arguments', () => {
    expectSteps(
      `#define ADD(m, name) if (PyModule_AddIntConstant(m, #name, name) < 0) return -1
       int f(PyObject *m) { ADD(m, LIMIT); return 0; }`,
      `0: entry
       1: call PyModule_AddIntConstant(m, "LIMIT", LIMIT)  [ADD]
       2: if (#1 < 0) -> 3 4  [ADD]
       3: return -1  [ADD]
       4: return 0`,
    );
  });

  it('substitutes types and field names', () => {
    expectSteps(
      `#define GET(T, o, f) (((T *)(o))->f)
       typedef struct { int n; } Obj;
       int f(void *o) { return GET(Obj, o, n); }`,
      `0: entry
       1: load o->Obj::n  [GET]
       2: return #1`,
    );
  });

  it('uses the definition that stands before', () => {
    expectSteps(
      `#define STEP(x) first(x)
       void f(void) {
         STEP(1);
       #undef STEP
       #define STEP(x) second(x)
         STEP(2);
       }`,
      `0: entry
       1: call first(1)  [STEP]
       2: call second(2)  [STEP]
       3: return`,
    );
  });

  it('reads bodies that are C only with their arguments, and nothing for empty ones', () => {
    expectSteps(
      `#define TRY(x, block) do { if ((x) < 0) block } while (0)
       #define TRACE(x)
       int f(int a) { TRACE(g(a)); TRY(g(a), { h(); return -1; }); UNKNOWN_TRY({ h(); return -2; }); return 0; }`,
      `0: entry
       1: call g(a)  [TRY]
       2: if (#1 < 0) -> 3 5  [TRY]
       3: call h()  [TRY]
       4: return -1  [TRY]
       5: if ? -> 6 8
       6: call h()
       7: return -2
       8: call UNKNOWN_TRY(?)
       9: return 0`,
    );
  });

  it('ends with aliases that go round', () => {
    expectSteps(
      `#define A B
       #define B C
       #define C A
       void f(void) { A(1); g(B); }`,
      `0: entry
       1: call A(1)
       2: call g(B)
       3: return`,
    );
  });

  it('leaves recursive macros and explosions alone', () => {
    expectSteps(
      `#define again(x) again(x)
       void f(void) { again(1); }`,
      `0: entry
       1: call again(1)  [again]
       2: return`,
    );
    const doubling = Array.from({ length: 40 }, (_, i) => `#define M${i + 1}(x) (M${i}(x) + M${i}(x))`).join('\n');
    expect(lowerOne(`${doubling}\nint f(int x) { return M40(x); }`).steps.length).toBeLessThan(20_000);
  });

  it('gives steps of a macro the span of its call and of its statement', () => {
    const text = '#define BUMP(o) ((o)->n++)\nstruct O { int n; };\nvoid f(struct O *o) { BUMP(o); }';
    const body = lowerOne(text);
    const update = body.steps.find(step => step.op.kind === 'update')!;
    const start = text.indexOf('void f');
    expect(text.slice(start + update.span.start, start + update.span.end)).toBe('BUMP(o)');
    expect(text.slice(start + update.statement.start, start + update.statement.end)).toBe('BUMP(o);');
  });
});

describe('macros that nobody explains', () => {
  it('are counted by name', () => {
    const text =
      '#define KNOWN(x) g(x)\nvoid f(void) { KNOWN(1); MYSTERY(2); RIDDLE; PyTuple_SET_ITEM(t, 0, x); h(VALUE(3)); }';
    expect(lowerText(text).health.unknownMacros).toEqual(['MYSTERY', 'RIDDLE']);
  });
});

describe('macros at file scope', () => {
  it('declares what their bodies declare, at the place of their use', () => {
    const text = `#define GETTER(field) static PyObject *get_##field(Obj *self, void *c) { return Py_NewRef(self->field); }
       typedef struct { PyObject_HEAD PyObject *a; } Obj;
       GETTER(a)
       static PyGetSetDef table[] = {{"a", (getter)get_a, NULL}, {NULL}};`;
    const unit = lowerText(text);
    const [made] = unit.functions;
    expect(dumpFunction(made!.body).split('\n').slice(1)).toEqual(
      lines(
        `0: entry  [GETTER]
         1: load self->Obj::a  [GETTER]
         2: call Py_NewRef(#1)  [GETTER]
         3: return #2  [GETTER]`,
      ),
    );
    expect(text.slice(made!.start, made!.start + made!.body.length)).toBe('GETTER(a)');
  });
});

describe('macros that the lens had to rewrite', () => {
  it('keeps locks without semicolons and their operands', () => {
    expectSteps(
      `void f(PyObject *op) {
         Py_BEGIN_CRITICAL_SECTION(op)
         a();
         Py_END_CRITICAL_SECTION()
         Py_BEGIN_ALLOW_THREADS b();
         Py_END_ALLOW_THREADS
         Py_BEGIN_CRITICAL_SECTION(op)c();Py_END_CRITICAL_SECTION()
         Py_RETURN_NONE
       }`,
      `0: entry
       1: acquire critical-section(op) by Py_BEGIN_CRITICAL_SECTION
       2: call a()
       3: release critical-section(op) by Py_END_CRITICAL_SECTION
       4: detach Py_BEGIN_ALLOW_THREADS
       5: call b()
       6: attach Py_END_ALLOW_THREADS
       7: acquire critical-section(op) by Py_BEGIN_CRITICAL_SECTION
       8: call c()
       9: release critical-section(op) by Py_END_CRITICAL_SECTION
       10: return Py_None  [Py_RETURN_NONE]`,
    );
  });

  it('takes a loop macro as a loop', () => {
    expectSteps(
      `void f(struct list *list) { FOR_EACH(item, list) { use(item); } done(); }`,
      `0: entry
       1: join
       2: if FOR_EACH -> 3 4
       3: call use(item) -> 1
       4: call done()
       5: return`,
    );
  });
});

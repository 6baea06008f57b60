import { describe, expect, it } from 'vitest';
import type { Language } from '../../server/src/syntax/model.ts';
import { lines, stepsOf } from './read.ts';

function expectSteps(text: string, expected: string, language: Language = 'c'): void {
  expect(stepsOf(text, language)).toEqual(lines(expected));
}

describe('expressions', () => {
  it('reads fields through casts and aliases', () => {
    expectSteps(
      `typedef struct { PyObject_HEAD; PyObject *cache; } Obj;
       void f(PyObject *op) { Obj *self = (Obj *)op; use(self->cache); use(((Obj *)op)->cache); }`,
      `0: entry
       1: self := op
       2: load self->Obj::cache
       3: call use(#2)
       4: load op->Obj::cache
       5: call use(#4)
       6: return`,
    );
  });

  it('turns short-circuit conditions into edges', () => {
    expectSteps(
      'int f(int a, int b) { if (a && !(b || g())) return 1; return 0; }',
      `0: entry
       1: if a -> 2 6
       2: if b -> 6 3
       3: call g()
       4: if #3 -> 6 5
       5: return 1
       6: return 0`,
    );
  });

  it('keeps read-modify-writes whole and tells which value they yield', () => {
    expectSteps(
      'static int n; int f(void) { n++; return --n + (n += 2); }',
      `0: entry
       1: @n += 1 (old)
       2: @n -= 1 (new)
       3: @n += 2 (new)
       4: return (#2 + #3)`,
    );
  });
});

describe('statements', () => {
  it('lets cases fall through and breaks leave', () => {
    expectSteps(
      'void f(int x) { switch (x) { case 1: a(); case 2: b(); break; default: c(); } d(); }',
      `0: entry
       1: switch x [1, 2, default] -> 2 4 7
       2: join
       3: call a()
       4: join
       5: call b()
       6: join -> 9
       7: join
       8: call c()
       9: call d()
       10: return`,
    );
  });

  it('follows goto forwards and backwards', () => {
    expectSteps(
      'void f(int x) { again: if (x) goto done; g(); goto again; done: h(); }',
      `0: entry
       1: again:
       2: if x -> 3 4
       3: join -> 6
       4: call g()
       5: join -> 1
       6: done:
       7: call h()
       8: return`,
    );
  });
});

describe('macros that CPython defines', () => {
  it('writes out Py_CLEAR, Py_XSETREF and Py_VISIT', () => {
    expectSteps(
      `struct Obj { PyObject *a; };
       int f(struct Obj *self, visitproc visit, void *arg) {
         Py_VISIT(self->a); Py_CLEAR(self->a); Py_XSETREF(self->a, make()); return 0; }`,
      `0: entry
       1: load self->Obj::a
       2: if #1 -> 3 6  [Py_VISIT]
       3: call *visit<visit>(#1, arg)  [Py_VISIT]
       4: if #3 -> 5 6  [Py_VISIT]
       5: return #3  [Py_VISIT]
       6: load self->Obj::a  [Py_CLEAR]
       7: self->Obj::a = NULL  [Py_CLEAR]
       8: call Py_XDECREF(#6)  [Py_CLEAR]
       9: call make()
       10: load self->Obj::a  [Py_XSETREF]
       11: self->Obj::a = #9  [Py_XSETREF]
       12: call Py_XDECREF(#10)  [Py_XSETREF]
       13: return 0`,
    );
  });

  it('takes and drops locks', () => {
    expectSteps(
      `void f(PyObject *a, PyObject *b) { Py_BEGIN_CRITICAL_SECTION2(a, b); PyMutex_Lock(&m); PyMutex_Unlock(&m);
         Py_END_CRITICAL_SECTION2(); }`,
      `0: entry
       1: acquire critical-section(a, b) by Py_BEGIN_CRITICAL_SECTION2
       2: acquire mutex(&@m) by PyMutex_Lock
       3: release mutex(&@m) by PyMutex_Unlock
       4: release critical-section(a, b) by Py_END_CRITICAL_SECTION2
       5: return`,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { expectSteps, lowerOne } from './read.ts';

describe('conditions', () => {
  it('are edges, not values', () => {
    expectSteps(
      'int f(int a, int b) { if (a && !(b || g())) return 1; else return 2; }',
      `0: entry
       1: if a -> 2 6
       2: if b -> 6 3
       3: call g()
       4: if #3 -> 6 5
       5: return 1
       6: return 2`,
    );
  });

  it('that are constant have one way', () => {
    expectSteps(
      'void f(void) { if (0) a(); else b(); while (1) { if (c()) break; } }',
      `0: entry -> 2
       1: call a() -> 3
       2: call b()
       3: join
       4: call c()
       5: if #4 -> 6 3
       6: join
       7: return`,
    );
  });

  it('in statement position leave no value behind', () => {
    expectSteps(
      'void f(int a) { a || g(); h(); }',
      `0: entry
       1: if a -> 3 2
       2: call g()
       3: call h()
       4: return`,
    );
  });
});

describe('loops', () => {
  it('run their parts in order', () => {
    expectSteps(
      'void f(int n) { for (int i = 0; i < n; i++) { if (i == 2) continue; if (i == 3) break; g(i); } h(); }',
      `0: entry
       1: i := 0
       2: join
       3: if (i < n) -> 4 10
       4: if (i == 2) -> 5 6
       5: join -> 9
       6: if (i == 3) -> 7 8
       7: join -> 10
       8: call g(i)
       9: i += 1 (old) -> 2
       10: call h()
       11: return`,
    );
  });

  it('may test at the end, or never', () => {
    expectSteps(
      'void f(int n) { do { if (n) continue; g(); } while (n--); do { h(); } while (0); for (;;) { k(); } }',
      `0: entry
       1: join
       2: if n -> 3 4
       3: join -> 5
       4: call g()
       5: n -= 1 (old)
       6: if #5 -> 1 7
       7: call h()
       8: join
       9: call k() -> 8`,
    );
  });
});

describe('switch', () => {
  it('falls through and breaks', () => {
    expectSteps(
      'void f(int x) { switch (x) { case 1: a(); case 2: case RED: b(); break; default: c(); } d(); }',
      `0: entry
       1: switch x [1, 2, RED, default] -> 2 4 5 8
       2: join
       3: call a()
       4: join
       5: join
       6: call b()
       7: join -> 10
       8: join
       9: call c()
       10: call d()
       11: return`,
    );
  });

  it('passes by without a default, and its cases may stand in a loop', () => {
    expectSteps(
      'void f(int x) { switch (x) { case 0: do { a(); case 1: b(); } while (--x); } }',
      `0: entry
       1: switch x [0, 1, default] -> 2 5 9
       2: join
       3: join
       4: call a()
       5: join
       6: call b()
       7: x -= 1 (new)
       8: if #7 -> 3 9
       9: return`,
    );
  });
});

describe('jumps', () => {
  it('lead forwards and backwards', () => {
    expectSteps(
      'int f(int x) { again: if (x) goto done; g(); goto again; done: return h(); }',
      `0: entry
       1: again:
       2: if x -> 3 4
       3: join -> 6
       4: call g()
       5: join -> 1
       6: done:
       7: call h()
       8: return #7`,
    );
  });

  it('to a label that is not there lead to code that was not read', () => {
    expectSteps(
      'int f(int x) { if (x) goto nowhere; return 0; }',
      `0: entry
       1: if x -> 2 3
       2: join -> 4
       3: return 0
       4: unread
       5: return`,
    );
  });

  it('end at calls that do not come back', () => {
    const body = lowerOne('int f(int x) { if (x) abort(); Py_FatalError("no"); }');
    expect(body.steps.map(({ next }) => next)).toEqual([[1], [2, 3], [], []]);
  });
});

describe('functions', () => {
  it('have parameters of all kinds', () => {
    const body = lowerOne(
      'static PyObject *f(PyObject *Py_UNUSED(self), PyObject *const *args, int n[], int (*cb)(int), void *, ...) { return 0; }',
    );
    expect(body.locals.map(({ name, type, parameter }) => [name, type.pointers, type.callable, parameter])).toEqual([
      ['self', 1, false, true],
      ['args', 2, false, true],
      ['n', 1, false, true],
      ['cb', 0, true, true],
      ['', 1, false, true],
    ]);
    expect([body.parameters, body.isStatic, body.returnType.base, body.returnType.pointers]).toEqual([
      5,
      true,
      'PyObject',
      1,
    ]);
  });

  it('may be written the old way', () => {
    const body = lowerOne('int f(a, p) int a; struct T *p; { return p->n; }');
    expect(body.locals.map(({ name, type }) => [name, type.base, type.pointers])).toEqual([
      ['a', 'int', 0],
      ['p', 'T', 1],
    ]);
  });

  it('tell what their names, comments and assertions say about locks', () => {
    const clinic = `/*[clinic input]
@critical_section self other
mod.Obj.pop
[clinic start generated code]*/

static PyObject *
mod_Obj_pop_impl(Obj *self, PyObject *other)
/*[clinic end generated code: output=1 input=2]*/
{ return NULL; }`;
    expect(lowerOne(clinic).facts).toEqual({ clinic: true, clinicCriticalSection: ['self', 'other'] });
    for (const name of ['take_lock_held', 'take_locked', 'take_lock_held_impl', 'take_unlocked'])
      expect(lowerOne(`void ${name}(Obj *o) { }`).facts).toEqual({ lockHeldByName: true });
    for (const name of ['is_locked', 'thread_lock_locked', 'lock_locked_lock'])
      expect(lowerOne(`void ${name}(Obj *o) { }`).facts).toEqual({});
    expect(lowerOne('void f(PyObject *o) { _Py_CRITICAL_SECTION_ASSERT_OBJECT_LOCKED(o); }').facts).toEqual({
      assertsLocked: [{ kind: 'local', local: 0 }],
    });
  });

  it('give each step its own span and that of its statement', () => {
    const text = 'void f(Obj *o) {\n  if (o->n > 0)\n    total += o->n;\n}';
    const body = lowerOne(text);
    const written = body.steps.map(({ span, statement }) => [
      text.slice(span.start, span.end),
      text.slice(statement.start, statement.end).split('\n')[0],
    ]);
    expect(written).toEqual([
      ['f', 'f'],
      ['o->n', 'if (o->n > 0)'],
      ['o->n > 0', 'if (o->n > 0)'],
      ['o->n', 'total += o->n;'],
      ['total += o->n', 'total += o->n;'],
      ['}', '}'],
    ]);
  });
});

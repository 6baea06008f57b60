import { describe, it } from 'vitest';
import { expectSteps } from './read.ts';

describe('places', () => {
  it('are fields through casts and aliases', () => {
    expectSteps(
      `typedef struct { PyObject_HEAD PyObject *cache; } Obj;
       void f(PyObject *op) { Obj *self = (Obj *)op; use(self->cache); use(((Obj *)op)->cache); (*self).cache = op; }`,
      `0: entry
       1: self := op
       2: load self->Obj::cache
       3: call use(#2)
       4: load op->Obj::cache
       5: call use(#4)
       6: self->Obj::cache = op
       7: return`,
    );
  });

  it('are fields of nested structs, read from where they stand', () => {
    expectSteps(
      `typedef struct { int n; } Base; typedef struct { Base base; Base *other; struct { int x; } in; } Obj;
       int f(Obj *self) { return self->base.n + self->other->n + self->in.x; }`,
      `0: entry
       1: load self->Obj::base.Base::n
       2: load self->Obj::other
       3: load #2->Base::n
       4: load self->Obj::in.Obj.in::x
       5: return ((#1 + #3) + #4)`,
    );
  });

  it('follow typedefs and tags to one name', () => {
    expectSteps(
      `struct node { struct node *next; int v; }; typedef struct node Node; typedef Node *NodePtr;
       int f(NodePtr p, struct node *q) { return p->next->v + q->v; }`,
      `0: entry
       1: load p->node::next
       2: load #1->node::v
       3: load q->node::v
       4: return (#2 + #3)`,
    );
  });

  it('are elements of pointers and of arrays', () => {
    expectSteps(
      `typedef struct { int *items; int fixed[4]; } Obj; static int table[8];
       int f(Obj *self, int i) { int local[2] = {0, 1}; return self->items[i] + self->fixed[1] + table[2] + local[i]; }`,
      `0: entry
       1: &local[0] := 0
       2: &local[1] := 1
       3: load self->Obj::items
       4: load #3[i]
       5: load &self->Obj::fixed[1]
       6: load &@table[2]
       7: load &local[i]
       8: return (((#4 + #5) + #6) + #7)`,
    );
  });

  it('may be taken apart and put together by & and *', () => {
    expectSteps(
      `typedef struct { int n; } Obj; void f(Obj *self, int **out) { int x; int *p = &self->n; *p = 1; *&x = 2; **out = x; g(&x, &*p); }`,
      `0: entry
       1: p := &self->Obj::n
       2: *p = 1
       3: x = 2
       4: load *out
       5: *#4 = x
       6: call g(&x, p)
       7: return`,
    );
  });

  it('are statics of functions, under the function', () => {
    expectSteps(
      'static int n; int f(void) { static int n; n++; { extern int n; n++; } return n; }',
      `0: entry
       1: @f.n += 1 (old)
       2: @n += 1 (old)
       3: load @f.n
       4: return #3`,
    );
  });

  it('of values without a place get one', () => {
    expectSteps(
      'struct pair { int a; }; struct pair make(void); int f(void) { return make().a; }',
      `0: entry
       1: call make()
       2: t0 := #1
       3: load t0.pair::a
       4: return #3`,
    );
  });
});

describe('reading and writing', () => {
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

  it('evaluates what is stored before where it is stored', () => {
    expectSteps(
      'typedef struct { struct { int v; } *in; int n; } Obj; void f(Obj *s) { s->in->v = s->n = g(); }',
      `0: entry
       1: call g()
       2: s->Obj::n = #1
       3: load s->Obj::in
       4: #3->Obj.in::v = #1
       5: return`,
    );
  });

  it('uses an assigned local as the value', () => {
    expectSteps(
      'void f(PyObject *it) { PyObject *x; while ((x = PyIter_Next(it)) != NULL) use(x); }',
      `0: entry
       1: join
       2: call PyIter_Next(it)
       3: x = #2
       4: if (x != NULL) -> 5 6
       5: call use(x) -> 1
       6: return`,
    );
  });

  it('stores each member that an aggregate names', () => {
    expectSteps(
      `typedef struct { int a, b; struct { int c; } in; int list[2]; } T;
       void f(int x) { T t = { .b = x, .in = {3}, .list[1] = 4 }; T z = {0}; g(&(T){x, 2}); }`,
      `0: entry
       1: t.T::b := x
       2: t.T::in.T.in::c := 3
       3: &t.T::list[1] := 4
       4: z.T::a := 0
       5: t3.T::a := x
       6: t3.T::b := 2
       7: call g(&t3)
       8: return`,
    );
  });
});

describe('values', () => {
  it('are numbers, characters, strings and names', () => {
    expectSteps(
      `enum { RED = 2 };
       void f(void) { g(1, 0x10, 010, 5UL, -3, 1.5, 'a', '\\n', '\\x41', "text", "a" "b", NULL, (void *)0, RED, Py_None, f, &f); }`,
      `0: entry
       1: call g(1, 16, 8, 5, -3, 1.5, 97, 10, 65, "text", "\\"a\\" \\"b\\"", NULL, NULL, RED, Py_None, f(), f())
       2: return`,
    );
  });

  it('keep operators, and casts only as types', () => {
    expectSteps(
      'int f(int a, int b) { return ~a + (int)(long)b * !a - +b << 2; }',
      `0: entry
       1: return (((~a + (b * !a)) - b) << 2)`,
    );
  });

  it('of logical and conditional expressions come through a temporary', () => {
    expectSteps(
      'int f(int a, int b) { int x = a && b; return x ? g(a) : b; }',
      `0: entry
       1: if a -> 2 4
       2: if b -> 3 4
       3: t3 = 1 -> 5
       4: t3 = 0
       5: x := t3
       6: if x -> 7 9
       7: call g(a)
       8: t4 = #7 -> 10
       9: t4 = b
       10: return t4`,
    );
  });

  it('of commas and statement expressions are the last ones', () => {
    expectSteps(
      'int f(int a) { return (g(1), g(2), a) + ({ int t = g(3); t++; t; }); }',
      `0: entry
       1: call g(1)
       2: call g(2)
       3: call g(3)
       4: t := #3
       5: t += 1 (old)
       6: return (a + t)`,
    );
  });

  it('evaluate nothing in sizeof, offsetof and assertions', () => {
    expectSteps(
      'struct S { int n; }; void f(struct S *s) { g(sizeof(s->n), offsetof(struct S, n)); assert(s->n == g(1)); }',
      `0: entry
       1: call g(sizeof(s->n), offsetof(struct S, n))
       2: return`,
    );
  });
});

describe('calls', () => {
  it('go through pointers in fields, locals, globals and results', () => {
    expectSteps(
      `typedef struct { struct ops { int (*read)(int); } *ops; } Obj; static int (*hook)(int);
       void f(Obj *self, int (*cb)(int), PyObject *o) {
         self->ops->read(1); (*self->ops->read)(1); cb(2); (*cb)(3); hook(4); Py_TYPE(o)->tp_free(o); pick(5)(6); }`,
      `0: entry
       1: load self->Obj::ops
       2: load #1->ops::read
       3: call *read<#2>(1)
       4: load self->Obj::ops
       5: load #4->ops::read
       6: call *read<#5>(1)
       7: call *cb<cb>(2)
       8: load *cb
       9: call *#8(3)
       10: load @hook
       11: call *hook<#10>(4)
       12: call Py_TYPE(o)
       13: load #12->PyTypeObject::tp_free
       14: call *tp_free<#13>(o)
       15: call pick(5)
       16: call *#15(6)
       17: return`,
    );
  });

  it('know casts that look like calls, and braces that group arguments', () => {
    expectSteps(
      'int helper(int); int f(int y) { INT32 x = (INT32)(y); parse("n", {"|out", NULL, &y}); return (helper)(x); }',
      `0: entry
       1: x := y
       2: call parse("n", "|out", NULL, &y)
       3: call helper(x)
       4: return #3`,
    );
  });

  it('make functions that are handed on visible', () => {
    expectSteps(
      'static void cb(void *); void f(void *arg) { register_it(cb, &cb, arg); }',
      `0: entry
       1: call register_it(cb(), cb(), arg)
       2: return`,
    );
  });
});

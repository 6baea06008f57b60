import { describe, it } from 'vitest';
import { expectSteps } from './read.ts';

describe('reference macros', () => {
  it('read, overwrite and drop', () => {
    expectSteps(
      `struct Obj { PyObject *a; };
       void f(struct Obj *self, PyObject *x) { Py_CLEAR(self->a); Py_XSETREF(self->a, make()); Py_SETREF(x, NULL); }`,
      `0: entry
       1: load self->Obj::a  [Py_CLEAR]
       2: self->Obj::a = NULL  [Py_CLEAR]
       3: call Py_XDECREF(#1)  [Py_CLEAR]
       4: call make()
       5: load self->Obj::a  [Py_XSETREF]
       6: self->Obj::a = #4  [Py_XSETREF]
       7: call Py_XDECREF(#5)  [Py_XSETREF]
       8: load x  [Py_SETREF]
       9: x = NULL  [Py_SETREF]
       10: call Py_DECREF(#8)  [Py_SETREF]
       11: return`,
    );
  });

  it('visit and return what the visitor says', () => {
    expectSteps(
      `struct Obj { PyObject *a; };
       int f(struct Obj *self, visitproc visit, void *arg) { Py_VISIT(self->a); return 0; }`,
      `0: entry
       1: load self->Obj::a
       2: if #1 -> 3 6  [Py_VISIT]
       3: call *visit<visit>(#1, arg)  [Py_VISIT]
       4: if #3 -> 5 6  [Py_VISIT]
       5: return #3  [Py_VISIT]
       6: return 0`,
    );
  });

  it('return', () => {
    expectSteps(
      `PyObject *f(int a, int b) { if (a) Py_RETURN_NONE; if (b) Py_RETURN_TRUE; Py_RETURN_RICHCOMPARE(a, b, Py_LT); }`,
      `0: entry
       1: if a -> 2 3
       2: return Py_None  [Py_RETURN_NONE]
       3: if b -> 4 5
       4: return Py_True  [Py_RETURN_TRUE]
       5: return Py_RETURN_RICHCOMPARE(a, b, Py_LT)  [Py_RETURN_RICHCOMPARE]`,
    );
  });

  it('assign what they resize, and sizes', () => {
    expectSteps(
      `typedef struct { int *items; } Obj;
       void f(Obj *self, int n, PyObject *o) {
         PyMem_RESIZE(self->items, int, n); Py_SET_SIZE(self, Py_SIZE(self) + n); Py_SET_SIZE(o, Py_SIZE(o)); }`,
      `0: entry
       1: load self->Obj::items  [PyMem_RESIZE]
       2: call PyMem_Realloc(#1, n)  [PyMem_RESIZE]
       3: self->Obj::items = #2  [PyMem_RESIZE]
       4: load self->Obj::ob_size  [Py_SIZE]
       5: self->Obj::ob_size = (#4 + n)  [Py_SET_SIZE]
       6: call Py_SIZE(o)
       7: o->PyVarObject::ob_size = #6  [Py_SET_SIZE]
       8: return`,
    );
  });

  it('type what they allocate, cast and fetch', () => {
    expectSteps(
      `typedef struct { int n; } Obj; typedef struct { PyObject_HEAD int m; } BoxObject;
       void f(PyObject *o, va_list ap) {
         PyObject_New(Obj, &T)->n = 1; _Py_CAST(Obj *, o)->n = 2; va_arg(ap, Obj *)->n = 3; Box_CAST(o)->m = 4; }`,
      `0: entry
       1: call PyObject_New(Obj, &@T)
       2: #1->Obj::n = 1
       3: o->Obj::n = 2
       4: va_arg(ap, Obj *)->Obj::n = 3
       5: o->BoxObject::m = 4
       6: return`,
    );
  });
});

describe('locks', () => {
  it('of sections and mutexes', () => {
    expectSteps(
      `static PyMutex m;
       void f(PyObject *a, PyObject *b) { Py_BEGIN_CRITICAL_SECTION2(a, b); PyMutex_Lock(&m); PyMutex_Unlock(&m);
         Py_END_CRITICAL_SECTION2(); PyCriticalSection cs; PyCriticalSection_Begin(&cs, a); PyCriticalSection_End(&cs); }`,
      `0: entry
       1: acquire critical-section(a, b) by Py_BEGIN_CRITICAL_SECTION2
       2: acquire mutex(&@m) by PyMutex_Lock
       3: release mutex(&@m) by PyMutex_Unlock
       4: release critical-section(a, b) by Py_END_CRITICAL_SECTION2
       5: acquire critical-section(a) by PyCriticalSection_Begin
       6: release critical-section(a) by PyCriticalSection_End
       7: return`,
    );
  });

  it('of sections that end in more than one place', () => {
    expectSteps(
      `void f(PyObject *a, int x) { PyCriticalSection cs; PyCriticalSection_Begin(&cs, a);
         if (x) { PyCriticalSection_End(&cs); return; } PyCriticalSection_End(&cs); }`,
      `0: entry
       1: acquire critical-section(a) by PyCriticalSection_Begin
       2: if x -> 3 5
       3: release critical-section(a) by PyCriticalSection_End
       4: return
       5: release critical-section(a) by PyCriticalSection_End
       6: return`,
    );
  });

  it('of the system, tried or waited for', () => {
    expectSteps(
      `void f(Obj *s) { pthread_mutex_lock(&s->m); pthread_mutex_unlock(&s->m);
         PyThread_acquire_lock(s->l, WAIT_LOCK); PyThread_release_lock(s->l);
         if (mtx_trylock(&s->m) == 0) mtx_unlock(&s->m); }`,
      `0: entry
       1: acquire native(&s->Obj::m) by pthread_mutex_lock
       2: release native(&s->Obj::m) by pthread_mutex_unlock
       3: load s->Obj::l
       4: acquire native(#3) by PyThread_acquire_lock
       5: load s->Obj::l
       6: release native(#5) by PyThread_release_lock
       7: call mtx_trylock(&s->Obj::m)
       8: if #7 -> 10 9
       9: acquire native(&s->Obj::m) by mtx_trylock
       10: if (#7 == 0) -> 11 12
       11: release native(&s->Obj::m) by mtx_unlock
       12: return`,
    );
  });

  it('behind names of other names', () => {
    expectSteps(
      `#define OVERLAP Py_END_ALLOW_THREADS
       #define LEAVE Py_BEGIN_ALLOW_THREADS
       void f(void) { LEAVE work(); OVERLAP }`,
      `0: entry
       1: detach Py_BEGIN_ALLOW_THREADS  [LEAVE]
       2: call work()
       3: attach Py_END_ALLOW_THREADS  [OVERLAP]
       4: return`,
    );
  });

  it('of projects, by name when nothing else is known', () => {
    expectSteps(
      'void f(Obj *s) { ENTER_CODEC(s); ACQUIRE_LOCK(s); RELEASE_LOCK(s); LEAVE_CODEC(s); NPY_BEGIN_ALLOW_THREADS; NPY_END_ALLOW_THREADS; }',
      `0: entry
       1: acquire project(s) by ENTER_CODEC
       2: acquire project(s) by ACQUIRE_LOCK
       3: release project(s) by RELEASE_LOCK
       4: release project(s) by LEAVE_CODEC
       5: detach NPY_BEGIN_ALLOW_THREADS
       6: attach NPY_END_ALLOW_THREADS
       7: return`,
    );
  });
});

describe('names that only look like locks', () => {
  it('lock nothing where their value is used', () => {
    expectSteps(
      'void f(Obj *s) { s->lock = &LIST_LOCK(s); g(BLOCK_LOCK(s)); MI_UNUSED_RELEASE(s); }',
      `0: entry
       1: call LIST_LOCK(s)
       2: t1 := #1
       3: s->Obj::lock = &t1
       4: call BLOCK_LOCK(s)
       5: call g(#4)
       6: call MI_UNUSED_RELEASE(s)
       7: return`,
    );
  });
});

describe('thread state', () => {
  it('is left and entered', () => {
    expectSteps(
      `void f(void) { PyThreadState *ts = PyEval_SaveThread(); work(); PyEval_RestoreThread(ts);
         PyGILState_STATE g = PyGILState_Ensure(); PyGILState_Release(g);
         Py_BEGIN_ALLOW_THREADS Py_BLOCK_THREADS Py_UNBLOCK_THREADS Py_END_ALLOW_THREADS }`,
      `0: entry
       1: detach PyEval_SaveThread
       2: ts := #1
       3: call work()
       4: attach PyEval_RestoreThread
       5: attach PyGILState_Ensure
       6: g := #5
       7: detach PyGILState_Release
       8: detach Py_BEGIN_ALLOW_THREADS
       9: attach Py_BLOCK_THREADS
       10: detach Py_UNBLOCK_THREADS
       11: attach Py_END_ALLOW_THREADS
       12: return`,
    );
  });
});

describe('atomics', () => {
  it('are calls on addresses, never plain reads', () => {
    expectSteps(
      `typedef struct { int n; } Obj;
       int f(Obj *s) { FT_ATOMIC_STORE_INT_RELAXED(s->n, 1); return FT_ATOMIC_LOAD_INT_RELAXED(s->n) + _Py_atomic_load_int(&s->n); }`,
      `0: entry
       1: call FT_ATOMIC_STORE_INT_RELAXED(&s->Obj::n, 1)
       2: call FT_ATOMIC_LOAD_INT_RELAXED(&s->Obj::n)
       3: call _Py_atomic_load_int(&s->Obj::n)
       4: return (#2 + #3)`,
    );
  });
});

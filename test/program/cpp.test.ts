import { describe, expect, it } from 'vitest';
import { dumpFunction } from '../../server/src/program/dump.ts';
import { expectSteps, lowerText } from './read.ts';

function expectCpp(text: string, expected: string): void {
  expectSteps(text, expected, 'cpp');
}

const CACHE = `
namespace acme {
class Cache {
  std::mutex mu_;
  int size_;
  Map *map_;
  static int live;
  int helper();
  static void announce();
`;

describe('C++ methods', () => {
  it('reads members through this, and calls methods on the same object', () => {
    expectCpp(
      `${CACHE} void grow() { size_++; this->size_ = helper(); announce(); live++; } }; }`,
      `0: entry
       1: this->acme::Cache::size_ += 1 (old)
       2: call acme::Cache::helper(this)
       3: this->acme::Cache::size_ = #2
       4: call acme::Cache::announce()
       5: @acme::Cache::live += 1 (old)
       6: return`,
    );
  });

  it('knows which definitions outside of the class have a this', () => {
    const unit = lowerText(`${CACHE} }; int Cache::helper() { return size_; } void Cache::announce() { } }`, 'cpp');
    expect(unit.functions.map(({ body }) => [body.qualifiedName, body.ofClass ?? null])).toEqual([
      ['acme::Cache::helper', 'acme::Cache'],
      ['acme::Cache::announce', null],
    ]);
  });

  it('finds classes of inner and outer namespaces, and which methods are const', () => {
    const text = `
      namespace core { namespace detail { struct Grid { void set(int); int get() const { return 0; } }; }
        struct Plan { detail::Grid grid; void run() { grid.set(1); } }; }
      namespace py { struct Plan { PyObject_HEAD core::Plan plan; };
        void run(Plan *self) { self->plan.run(); } }`;
    const unit = lowerText(text, 'cpp');
    const calls = unit.functions.map(({ body }) => dumpFunction(body).match(/call (\S+)\(/)?.[1]);
    expect(calls).toEqual([undefined, 'core::detail::Grid::set', 'core::Plan::run']);
    expect(unit.functions.map(({ body }) => body.constMethod === true)).toEqual([true, false, false]);
  });

  it('indexes a container by its address', () => {
    expectCpp(
      `struct Box { std::map<int, List> lists; int *raw; }; void f(Box *b) { b->lists[1].add(2); b->raw[3] = 4; }`,
      `0: entry
       1: call std::map<int, List>::add(&&b->Box::lists[1], 2)
       2: load b->Box::raw
       3: #2[3] = 4
       4: return`,
    );
  });

  it('stores what constructors initialise', () => {
    expectCpp(
      `${CACHE} Cache(Map *map) : size_(0), map_(map) { size_ = 1; } }; }`,
      `0: entry
       1: this->acme::Cache::size_ := 0
       2: this->acme::Cache::map_ := map
       3: this->acme::Cache::size_ = 1
       4: return`,
    );
  });

  it('calls methods of other objects with the object first', () => {
    expectCpp(
      `struct Queue { int n; void push(int); void (*hook)(int); };
       void f(Queue &q, Queue *p, Unknown u) { q.push(1); p->push(2); p->hook(3); u.run(); q.n = 4; }`,
      `0: entry
       1: call Queue::push(q, 1)
       2: call Queue::push(p, 2)
       3: load p->Queue::hook
       4: call *hook<#3>(3)
       5: call Unknown::run(&u)
       6: q->Queue::n = 4
       7: return`,
    );
  });
});

describe('C++ classes', () => {
  const text = `
    namespace store {
    struct Head { PyObject_HEAD };
    template <class T> struct Counted : public Head { T count; };
    class Weak { public: bool put(int key); };
    typedef struct Record : public Counted<int> { typedef Weak Fields; using Marks = Weak; Fields *fields; Marks marks; } Record;
    struct Plain : public PyObject { int n; };
    void f(Record *r, std::map<int, int> *m) { r->fields->put(1); r->marks.put(2); (*m)[3] = r->count; }
    }`;

  it('are Python objects when they inherit from one, and name their bases in full', () => {
    const { structs } = lowerText(text, 'cpp');
    expect(structs.map(({ name, isObject, bases }) => [name, isObject, ...bases])).toEqual([
      ['store::Head', true],
      ['store::Counted', true, 'store::Head'],
      ['store::Weak', false],
      ['store::Record', true, 'store::Counted'],
      ['store::Plain', true, 'PyObject'],
    ]);
  });

  it('have names for types, and containers behind pointers have elements', () => {
    expectCpp(
      text,
      `0: entry
       1: load r->store::Record::fields
       2: call store::Weak::put(#1, 1)
       3: call store::Weak::put(&r->store::Record::marks, 2)
       4: load r->store::Counted::count
       5: m[3] = #4
       6: return`,
    );
  });
});

describe('C++ inheritance and templates', () => {
  it('find methods and members in the bases of a class, templates among them', () => {
    expectCpp(
      `namespace walk {
       template <typename Derived> class Walker { protected: void step(int n); int steps_; };
       template <typename Derived> void Walker<Derived>::step(int n) { steps_ += n; }
       class Slow : public Walker<Slow> { public: void go(); };
       void Slow::go() { step(steps_); this->step(2); }
       }`,
      `0: entry
       1: load this->walk::Walker::steps_
       2: call walk::Walker::step(this, #1)
       3: call walk::Walker::step(this, 2)
       4: return`,
    );
  });

  it('know the methods of templates by the class alone', () => {
    const { functions } = lowerText(
      'template <class T> class Box { int n; int get(); }; template <class T> int Box<std::pair<T, int>>::get() { return n; }',
      'cpp',
    );
    expect(functions.map(({ body }) => [body.qualifiedName, body.ofClass])).toEqual([['Box::get', 'Box']]);
  });

  it('pass objects that stand in variables by reference', () => {
    expectCpp(
      'struct Batch { int n; void clear(); }; void f(int k) { Batch batch; fill(batch, k); batch.clear(); }',
      `0: entry
       1: call fill(&batch, k)
       2: call Batch::clear(&batch)
       3: return`,
    );
  });
});

describe('C++ guards', () => {
  it('hold from their declaration to the end of the block, on every way out', () => {
    expectCpp(
      `int f(std::mutex &m, int k) { { std::lock_guard<std::mutex> g(m); if (k) return 1; for (;;) { if (k) break; } } return 0; }`,
      `0: entry
       1: acquire native(m) by std::lock_guard<std::mutex>
       2: if k -> 3 5
       3: release native(m) by std::lock_guard<std::mutex>
       4: return 1
       5: join
       6: if k -> 7 5
       7: join
       8: release native(m) by std::lock_guard<std::mutex>
       9: return 0`,
    );
  });

  it('may be deferred, taken and dropped by hand', () => {
    expectCpp(
      `void f(std::mutex &m, bool bad) {
         std::unique_lock<std::mutex> g(m, std::defer_lock);
         g.lock();
         if (bad) { g.unlock(); return; }
         use();
       }`,
      `0: entry
       1: acquire native(m) by std::unique_lock<std::mutex>
       2: if bad -> 3 5
       3: release native(m) by std::unique_lock<std::mutex>
       4: return
       5: call use()
       6: release native(m) by std::unique_lock<std::mutex>
       7: return`,
    );
  });

  it('are learnt from constructors and destructors', () => {
    expectCpp(
      `class Locker { public: Locker(PyThread_type_lock l) : l_(l) { PyThread_acquire_lock(l_, 1); }
         ~Locker() { PyThread_release_lock(l_); } PyThread_type_lock l_; };
       struct NoGil { NoGil() { s = PyEval_SaveThread(); } ~NoGil() { PyEval_RestoreThread(s); } PyThreadState *s; };
       void f(Obj *self) { Locker hold(self->lock); NoGil free; work(); }`,
      `0: entry
       1: load self->Obj::lock
       2: acquire native(#1) by Locker
       3: detach NoGil
       4: call work()
       5: attach NoGil
       6: release native(#1) by Locker
       7: return`,
    );
  });

  it('may come from other libraries, and take a pointer or the lock itself', () => {
    expectCpp(
      `struct Pool { absl::Mutex mu; QMutex *shared; };
       void f(Pool *self) { absl::MutexLock hold(&self->mu); QMutexLocker more(self->shared); use(); }`,
      `0: entry
       1: acquire native(&self->Pool::mu) by absl::MutexLock
       2: load self->Pool::shared
       3: acquire native(#2) by QMutexLocker
       4: call use()
       5: release native(#2) by QMutexLocker
       6: release native(&self->Pool::mu) by absl::MutexLock
       7: return`,
    );
  });

  it('are learnt through annotations of classes and constructors', () => {
    expectCpp(
      `class LOCKABLE WARN_UNUSED_ATTR Gate { public: void Lock() EXCLUSIVE_LOCK_FUNCTION() { mutex_.Lock(); } absl::Mutex mutex_; };
       class SCOPED_LOCKABLE Hold final { public:
         explicit Hold(Gate &gate) EXCLUSIVE_LOCK_FUNCTION(gate) : gate_(gate) { gate_.mutex_.Lock(); }
         ~Hold() UNLOCK_FUNCTION() { gate_.mutex_.Unlock(); } Gate &gate_; };
       struct Cache { Gate gate; };
       void f(Cache *self) { Hold hold(self->gate); use(); }`,
      `0: entry
       1: acquire native(&self->Cache::gate) by Hold
       2: call use()
       3: release native(&self->Cache::gate) by Hold
       4: return`,
    );
  });

  it('understand a mutex locked by its methods', () => {
    expectCpp(
      'static std::mutex m; int f() { m.lock(); m.unlock(); if (m.try_lock()) { m.unlock(); } return 0; }',
      `0: entry
       1: acquire native(&@m) by lock
       2: release native(&@m) by unlock
       3: call try_lock(&@m)
       4: if #3 -> 5 6
       5: acquire native(&@m) by try_lock
       6: if #3 -> 7 8
       7: release native(&@m) by unlock
       8: return 0`,
    );
  });
});

describe('C++ expressions and statements', () => {
  it('makes lambdas functions of their own', () => {
    const unit = lowerText('void f(int n) { run([=](int v) { return v + n; }); }', 'cpp');
    expect(unit.functions.map(({ body }) => dumpFunction(body))).toEqual([
      'void f(int n)\n0: entry\n1: call run(f::lambda#1())\n2: return',
      '? f::lambda#1(int v)\n0: entry\n1: return (v + n)',
    ]);
  });

  it('reads references, casts, new, delete and conditions that declare', () => {
    expectCpp(
      `struct Obj { int n; Obj *next; };
       void f(void *arg) {
         auto *o = static_cast<Obj *>(arg); int &n = o->n; n += 2;
         if (Obj *next = o->next) { delete next; }
         o->next = new Obj(1);
       }`,
      `0: entry
       1: o := arg
       2: n := &o->Obj::n
       3: *n += 2 (new)
       4: load o->Obj::next
       5: next := #4
       6: if next -> 7 8
       7: call delete(next)
       8: call new(Obj, 1)
       9: o->Obj::next = #8
       10: return`,
    );
  });

  it('calls constructors that it knows', () => {
    expectCpp(
      'struct Term { Term(int, int); int n; }; void f(int a) { Term t(a, 2); Other o(a, 3); use(t.n); }',
      `0: entry
       1: call Term::Term(&t, a, 2)
       2: o := ?
       3: load t.Term::n
       4: call use(#3)
       5: return`,
    );
  });

  it('follows an object that stands for a pointer', () => {
    const ref = `
      struct Task { int n; }; struct Py { PyObject_HEAD Task *impl; };
      template <typename T> class Ref { T *p; public: T *operator->() const { return this->p; } };
      template <typename T> class TaskRef : public Ref<T> { public: Task *operator->() const; };
      template <typename T> inline Task *TaskRef<T>::operator->() const { return static_cast<Py *>(this->p)->impl; }
      typedef TaskRef<Py> PyRef;`;
    expectCpp(
      `${ref} void f(Py *self, std::unique_ptr<Task> one) { Ref<Py> r(self); use(r->impl); PyRef(self)->start(); one->n = 1; }`,
      `0: entry
       1: r := self
       2: load r->Py::impl
       3: call use(#2)
       4: load self->Py::impl
       5: call Task::start(#4)
       6: one->Task::n = 1
       7: return`,
    );
  });

  it('leaves a try block to its handlers', () => {
    expectCpp(
      'int f() { try { a(); throw 1; } catch (int e) { b(); } catch (...) { return 2; } return 0; }',
      `0: entry
       1: if try -> 2 4
       2: call a()
       3: join
       4: if catch -> 5 6
       5: call b() -> 9
       6: if catch -> 7 8
       7: return 2
       8: return  [throw]
       9: return 0`,
    );
  });
});

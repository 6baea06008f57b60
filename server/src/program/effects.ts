/**
 * What macros and functions *do* to control flow, locks and the thread's state: data for the lowering. A name that is not here
 * is a plain call. Argument positions count from 0. Sources: CPython 3.13 headers (`object.h`, `pymacro.h`, `objimpl.h`,
 * `critical_section.h`, `lock.h`, `ceval.h`, `pystate.h`), POSIX threads, C11 `threads.h`, the C++ standard library, Windows.
 */
import { ownCopy } from '../syntax/own-copy.ts';
import type { LockKind } from './model.ts';

export type Effect =
  /** Returns that symbol; null: returns nothing. */
  | { readonly does: 'return'; readonly symbol: string | null }
  /** Returns what a call of that function, or that operator, with the same arguments yields. */
  | { readonly does: 'return-call'; readonly callee: string }
  | { readonly does: 'return-operation'; readonly operator: string }
  /** Reads argument 0, overwrites it with NULL, then drops the old value. */
  | { readonly does: 'clear'; readonly drop: string }
  /** Reads argument 0, overwrites it with argument 1, then drops the old value. */
  | { readonly does: 'replace'; readonly drop: string }
  /** `Py_VISIT`: calls `visit(arg, …)` when not NULL and returns what it returns when that is not zero. */
  | { readonly does: 'visit' }
  /** Argument 0 = callee(argument 0, the other arguments). */
  | { readonly does: 'assign-call'; readonly callee: string }
  /** Reads or writes (argument 1) a field of what argument 0 points to, when that is a struct of the project; else a call. */
  | { readonly does: 'load-field'; readonly field: string }
  | { readonly does: 'store-field'; readonly field: string; readonly otherwise: string }
  /** Global = callee(). */
  | { readonly does: 'store-global'; readonly global: string; readonly callee: string }
  | { readonly does: 'attach' }
  | { readonly does: 'detach' }
  /** Takes the locks in these arguments. `section`: ends by `end-section`, which names no operand. */
  | { readonly does: 'acquire'; readonly lock: LockKind; readonly targets: readonly number[] }
  /** Takes the lock if it is free; tells by what it returns. */
  | {
      readonly does: 'try-acquire';
      readonly lock: LockKind;
      readonly targets: readonly number[];
      readonly success: 'zero' | 'non-zero';
    }
  | { readonly does: 'release'; readonly lock: LockKind; readonly targets: readonly number[] }
  | { readonly does: 'begin-section'; readonly targets: readonly number[] }
  | { readonly does: 'end-section' }
  /** Asserts that the lock on the argument is held. */
  | { readonly does: 'assert-locked' }
  /** Evaluates nothing in release builds, but tells what holds there. */
  | { readonly does: 'assert' }
  /** The value of one argument; another may name its type. */
  | { readonly does: 'value'; readonly argument: number; readonly type?: number }
  /** Argument 0 is a place, not a value: the macro takes its address. */
  | { readonly does: 'by-address' }
  /** An operation on the arguments, each evaluated once. */
  | { readonly does: 'operation'; readonly operator: string }
  /** A value that is no access: `sizeof`-like. `type`: the argument that names the type of the result. */
  | { readonly does: 'opaque'; readonly type?: number }
  /** A call whose result is a pointer to the type that this argument names. */
  | { readonly does: 'allocate'; readonly type: number }
  /** Evaluates nothing in release builds. */
  | { readonly does: 'nothing' }
  /** A call that doesn't come back. */
  | { readonly does: 'exit' };

const section = (...targets: number[]): Effect => ({ does: 'begin-section', targets });
const endSection: Effect = { does: 'end-section' };
const acquire = (lock: LockKind, ...targets: number[]): Effect => ({ does: 'acquire', lock, targets });
const release = (lock: LockKind, ...targets: number[]): Effect => ({ does: 'release', lock, targets });
const tryAcquire = (lock: LockKind, success: 'zero' | 'non-zero'): Effect => ({
  does: 'try-acquire',
  lock,
  targets: [0],
  success,
});
const returns = (symbol: string): Effect => ({ does: 'return', symbol });
const attach: Effect = { does: 'attach' };
const detach: Effect = { does: 'detach' };
const exit: Effect = { does: 'exit' };
const nothing: Effect = { does: 'nothing' };
const byAddress: Effect = { does: 'by-address' };
const value = (argument: number, type?: number): Effect =>
  type === undefined ? { does: 'value', argument } : { does: 'value', argument, type };
const native = 'native';

const EFFECTS: Readonly<Record<string, Effect>> = {
  Py_RETURN_NONE: returns('Py_None'),
  Py_RETURN_TRUE: returns('Py_True'),
  Py_RETURN_FALSE: returns('Py_False'),
  Py_RETURN_NOTIMPLEMENTED: returns('Py_NotImplemented'),
  Py_RETURN_RICHCOMPARE: { does: 'return-operation', operator: 'Py_RETURN_RICHCOMPARE' },
  Py_RETURN_NAN: { does: 'return-call', callee: 'PyFloat_FromDouble' },
  Py_RETURN_INF: { does: 'return-call', callee: 'PyFloat_FromDouble' },

  Py_CLEAR: { does: 'clear', drop: 'Py_XDECREF' },
  Py_SETREF: { does: 'replace', drop: 'Py_DECREF' },
  Py_XSETREF: { does: 'replace', drop: 'Py_XDECREF' },
  Py_VISIT: { does: 'visit' },
  PyMem_RESIZE: { does: 'assign-call', callee: 'PyMem_Realloc' },
  PyMem_Resize: { does: 'assign-call', callee: 'PyMem_Realloc' },
  Py_SIZE: { does: 'load-field', field: 'ob_size' },
  Py_SET_SIZE: { does: 'store-field', field: 'ob_size', otherwise: 'PyVarObject' },
  PyDateTime_IMPORT: { does: 'store-global', global: 'PyDateTimeAPI', callee: 'PyCapsule_Import' },

  Py_BEGIN_ALLOW_THREADS: detach,
  Py_END_ALLOW_THREADS: attach,
  Py_UNBLOCK_THREADS: detach,
  Py_BLOCK_THREADS: attach,
  PyEval_SaveThread: detach,
  PyEval_RestoreThread: attach,
  PyEval_ReleaseThread: detach,
  PyEval_AcquireThread: attach,
  PyGILState_Ensure: attach,
  PyGILState_Release: detach,
  PyThreadState_Ensure: attach,
  PyThreadState_EnsureFromView: attach,
  PyThreadState_Release: detach,
  _PyThreadState_Attach: attach,
  _PyThreadState_Detach: detach,
  PyUFunc_BEGIN_THREADS: detach,

  Py_BEGIN_CRITICAL_SECTION: section(0),
  Py_END_CRITICAL_SECTION: endSection,
  Py_BEGIN_CRITICAL_SECTION2: section(0, 1),
  Py_END_CRITICAL_SECTION2: endSection,
  Py_BEGIN_CRITICAL_SECTION_MUTEX: section(0),
  Py_BEGIN_CRITICAL_SECTION_MUT: section(0),
  Py_BEGIN_CRITICAL_SECTION2_MUTEX: section(0, 1),
  Py_BEGIN_CRITICAL_SECTION2_MUT: section(0, 1),
  Py_BEGIN_CRITICAL_SECTION_SEQUENCE_FAST: section(0),
  Py_END_CRITICAL_SECTION_SEQUENCE_FAST: endSection,
  PyCriticalSection_Begin: acquire('critical-section', 1),
  PyCriticalSection_BeginMutex: acquire('critical-section', 1),
  PyCriticalSection_End: release('critical-section'),
  PyCriticalSection2_Begin: acquire('critical-section', 1, 2),
  PyCriticalSection2_BeginMutex: acquire('critical-section', 1, 2),
  PyCriticalSection2_End: release('critical-section'),
  _Py_CRITICAL_SECTION_ASSERT_OBJECT_LOCKED: { does: 'assert-locked' },
  _Py_CRITICAL_SECTION_ASSERT_MUTEX_LOCKED: { does: 'assert-locked' },

  PyMutex_Lock: acquire('mutex', 0),
  PyMutex_LockFlags: acquire('mutex', 0),
  _PyMutex_LockTimed: tryAcquire('mutex', 'non-zero'),
  PyMutex_Unlock: release('mutex', 0),
  _PyMutex_TryUnlock: release('mutex', 0),
  _PyRecursiveMutex_Lock: acquire('mutex', 0),
  _PyRecursiveMutex_Unlock: release('mutex', 0),
  _PyRWMutex_Lock: acquire('mutex', 0),
  _PyRWMutex_RLock: acquire('mutex', 0),
  _PyRWMutex_Unlock: release('mutex', 0),
  _PyRWMutex_RUnlock: release('mutex', 0),
  _PySeqLock_LockWrite: acquire('mutex', 0),
  _PySeqLock_UnlockWrite: release('mutex', 0),

  PyThread_acquire_lock: tryAcquire(native, 'non-zero'),
  PyThread_acquire_lock_timed: tryAcquire(native, 'non-zero'),
  PyThread_release_lock: release(native, 0),
  pthread_mutex_lock: acquire(native, 0),
  pthread_mutex_trylock: tryAcquire(native, 'zero'),
  pthread_mutex_timedlock: tryAcquire(native, 'zero'),
  pthread_mutex_unlock: release(native, 0),
  pthread_rwlock_rdlock: acquire(native, 0),
  pthread_rwlock_wrlock: acquire(native, 0),
  pthread_rwlock_tryrdlock: tryAcquire(native, 'zero'),
  pthread_rwlock_trywrlock: tryAcquire(native, 'zero'),
  pthread_rwlock_unlock: release(native, 0),
  pthread_spin_lock: acquire(native, 0),
  pthread_spin_trylock: tryAcquire(native, 'zero'),
  pthread_spin_unlock: release(native, 0),
  mtx_lock: acquire(native, 0),
  mtx_trylock: tryAcquire(native, 'zero'),
  mtx_timedlock: tryAcquire(native, 'zero'),
  mtx_unlock: release(native, 0),
  omp_set_lock: acquire(native, 0),
  omp_unset_lock: release(native, 0),
  g_mutex_lock: acquire(native, 0),
  g_mutex_unlock: release(native, 0),
  'std::lock': acquire(native, 0, 1),
  EnterCriticalSection: acquire(native, 0),
  TryEnterCriticalSection: tryAcquire(native, 'non-zero'),
  LeaveCriticalSection: release(native, 0),
  AcquireSRWLockExclusive: acquire(native, 0),
  AcquireSRWLockShared: acquire(native, 0),
  TryAcquireSRWLockExclusive: tryAcquire(native, 'non-zero'),
  TryAcquireSRWLockShared: tryAcquire(native, 'non-zero'),
  ReleaseSRWLockExclusive: release(native, 0),
  ReleaseSRWLockShared: release(native, 0),
  SDL_LockMutex: acquire(native, 0),
  SDL_UnlockMutex: release(native, 0),

  abort: exit,
  exit,
  _exit: exit,
  _Exit: exit,
  longjmp: exit,
  siglongjmp: exit,
  Py_Exit: exit,
  Py_FatalError: exit,
  _Py_FatalErrorFunc: exit,
  _Py_FatalErrorFormat: exit,
  Py_UNREACHABLE: exit,
  __builtin_unreachable: exit,
  __builtin_trap: exit,
  PyThread_exit_thread: exit,
  pthread_exit: exit,
  'std::terminate': exit,
  'std::abort': exit,
  'std::exit': exit,

  assert: { does: 'assert' },
  static_assert: nothing,
  _Static_assert: nothing,
  Py_BUILD_ASSERT: nothing,
  _PyObject_ASSERT: nothing,
  _PyUnicode_CHECK: { does: 'opaque' },
  Py_DEBUG_ASSERT: nothing,
  Py_TRASHCAN_BEGIN: nothing,
  Py_TRASHCAN_END: nothing,
  Py_BEGIN_SUPPRESS_IPH: nothing,
  _Py_BEGIN_SUPPRESS_IPH: nothing,
  _Py_END_SUPPRESS_IPH: nothing,
  Py_END_SUPPRESS_IPH: nothing,
  Py_COMP_DIAG_PUSH: nothing,
  Py_COMP_DIAG_POP: nothing,
  _Py_COMP_DIAG_PUSH: nothing,
  _Py_COMP_DIAG_POP: nothing,
  _Py_COMP_DIAG_IGNORE_DEPR_DECLS: nothing,

  Py_UNUSED: nothing,
  _Py_CAST: value(1, 0),
  _Py_STATIC_CAST: value(1, 0),
  Py_SAFE_DOWNCAST: value(0, 2),
  _Py_RVALUE: value(0),
  _PyObject_CAST: value(0),
  _PyVarObject_CAST: value(0),
  __builtin_expect: value(0),
  likely: value(0),
  unlikely: value(0),
  _PyObject_CAST_CONST: value(0),
  'std::move': value(0),
  'std::forward': value(0),
  Py_MIN: { does: 'operation', operator: 'min' },
  Py_MAX: { does: 'operation', operator: 'max' },
  Py_ABS: { does: 'operation', operator: 'abs' },
  'std::min': { does: 'operation', operator: 'min' },
  'std::max': { does: 'operation', operator: 'max' },
  va_arg: { does: 'opaque', type: 1 },
  Py_ARRAY_LENGTH: { does: 'opaque' },
  Py_MEMBER_SIZE: { does: 'opaque' },
  Py_STRINGIFY: { does: 'opaque' },
  offsetof: { does: 'opaque' },
  sizeof: { does: 'opaque' },
  defined: { does: 'opaque' },
  __builtin_offsetof: { does: 'opaque' },
  __builtin_types_compatible_p: { does: 'opaque' },
  typeof: { does: 'opaque' },

  PyObject_New: { does: 'allocate', type: 0 },
  PyObject_NewVar: { does: 'allocate', type: 0 },
  PyObject_GC_New: { does: 'allocate', type: 0 },
  PyObject_GC_NewVar: { does: 'allocate', type: 0 },
  PyObject_GC_Resize: { does: 'allocate', type: 0 },
  PyObject_NEW: { does: 'allocate', type: 0 },
  PyObject_NEW_VAR: { does: 'allocate', type: 0 },
  PyMem_New: { does: 'allocate', type: 0 },
  PyMem_NEW: { does: 'allocate', type: 0 },
};

/** Names that follow a pattern: families too long, or too open, to list. */
const PATTERNS: readonly (readonly [RegExp, Effect])[] = [
  [/^FT_ATOMIC_(?:LOAD|STORE|ADD|COMPARE|AND|OR|EXCHANGE)/, byAddress],
  [/^_?ASSERT_\w*LOCKED$/, { does: 'assert-locked' }],
  [/^_PyObject_ASSERT\w*$/, nothing],
  [/^_?Py\w*_CAST$/, value(0)],
];

/** Macros of a project whose definition we don't see, by what their names say. */
const GUESSES: readonly (readonly [RegExp, Effect])[] = [
  [/^(?:[A-Z0-9_]+_)?(?:UN)?LIKELY$/, value(0)],
  [/^\w+_CAST$/, value(0)],
  [/^[A-Z]\w*_BEGIN_CRITICAL_SECTION2/, section(0, 1)],
  [/^[A-Z]\w*_BEGIN_CRITICAL_SECTION/, section(0)],
  [/^[A-Z]\w*_END_CRITICAL_SECTION/, endSection],
  [/^[A-Z]\w*_BEGIN_(?:ALLOW_)?THREADS(?!_DEF)/, detach],
  [/^[A-Z]\w*_END_(?:ALLOW_)?THREADS/, attach],
  [/^[A-Z]\w*_ALLOW_C_API$/, attach],
  [/^[A-Z]\w*_DISABLE_C_API$/, detach],
  [/^FT_MUTEX_LOCK$/, acquire('mutex', 0)],
  [/^FT_MUTEX_UNLOCK$/, release('mutex', 0)],
  [
    /^(?!.*UNUSED)(?:[A-Z0-9_]+_)?(?:UNLOCK|RELEASE|LEAVE)(?:_[A-Z0-9_]+)?$/,
    { does: 'release', lock: 'project', targets: [0] },
  ],
  [
    /^(?!.*UNUSED)(?:[A-Z0-9_]+_)?(?:LOCK|ACQUIRE|ENTER)(?:_[A-Z0-9_]+)?$/,
    { does: 'acquire', lock: 'project', targets: [0] },
  ],
];

/** What the macro does, known by its own name. */
export function effectOf(name: string): Effect | null {
  return remembered(name, exactlySeen, () =>
    Object.hasOwn(EFFECTS, name) ? EFFECTS[name]! : byPattern(name, PATTERNS),
  );
}

/** What a macro without a visible definition seems to do. */
export function guessEffect(name: string): Effect | null {
  return remembered(name, guessesSeen, () => byPattern(name, GUESSES));
}

/** The same few thousand names are asked for again and again; one look into a map is much cheaper than the patterns. */
const MAX_SEEN = 20_000;
const exactlySeen = new Map<string, Effect | null>();
const guessesSeen = new Map<string, Effect | null>();

function remembered(name: string, seen: Map<string, Effect | null>, find: () => Effect | null): Effect | null {
  let effect = seen.get(name);
  if (effect === undefined) {
    effect = find();
    if (seen.size >= MAX_SEEN) seen.clear();
    seen.set(ownCopy(name), effect);
  }
  return effect;
}

function byPattern(name: string, patterns: readonly (readonly [RegExp, Effect])[]): Effect | null {
  return patterns.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/**
 * What calls do to memory that others can reach, in the words that the simulator runs: references, items of containers,
 * memory, hidden state. Where there is no row, the facts of `facts.ts` (new or borrowed result, stolen arguments, may run
 * Python) are all that is known. Positions count from 0. Sources: CPython 3.13 (`Objects/listobject.c`, `dictobject.c`,
 * `tupleobject.c`, `weakrefobject.c`, `bytearrayobject.c`, `abstract.c`, `unicodeobject.c`), POSIX.
 */
import { allocates, frees } from './allocators.ts';
import { ONCE_CALLS, WOKEN_BY_OTHERS } from './blocking.ts';
import {
  ENVIRONMENT_WRITES,
  GLOBAL_CURSORS,
  HANDLE_CURSORS,
  LOCALE,
  PROCESS_CONTROL,
  RANDOM,
  STATIC_RESULT,
} from './libc.ts';
import { atomicAccess, resultKind } from './objects.ts';
import { matchesName, PROCESS_WIDE_CALLS } from './process-libraries.ts';

/** How a container holds its items, which decides what Python code can do to it meanwhile. */
export type Shape = 'list' | 'tuple' | 'dict' | 'set' | 'weakref' | 'slot';

/** An argument, or something that the interpreter has one of, by name. */
export type Holder = number | string;

export type CallEffect =
  /** One more reference to argument 0; `gives`: the result is argument 0. */
  | { readonly does: 'incref'; readonly gives: boolean }
  | { readonly does: 'decref' }
  /** How many references argument 0 has; `one`: whether it is one. */
  | { readonly does: 'count'; readonly one?: true }
  /** The result is argument 0. */
  | { readonly does: 'same' }
  /** A pointer to an item, without a reference, as result or through these arguments. */
  | { readonly does: 'borrow'; readonly from: Holder; readonly shape: Shape; readonly out?: readonly number[] }
  /** An item with a reference. `out`: the argument that receives it; the result is then 1, or 0 when there is none. */
  | {
      readonly does: 'take';
      readonly from: Holder;
      readonly shape: Shape;
      readonly out?: number;
      readonly removes?: true;
    }
  /** `value`: the argument that becomes an item; null: the item goes. `drops`: the old item loses its reference. */
  | {
      readonly does: 'put';
      readonly into: Holder;
      readonly shape: Shape;
      readonly value: number | null;
      readonly steals: boolean;
      readonly locks: boolean;
      readonly drops: boolean;
    }
  /** The item that is there, or `value`, which is then there; `out`: with a reference, through that argument. */
  | { readonly does: 'default'; readonly into: number; readonly value: number; readonly out?: number }
  | { readonly does: 'append'; readonly into: number; readonly value: number }
  | { readonly does: 'contains'; readonly in: number; readonly shape: Shape }
  /** A new container with the items of this one. */
  | { readonly does: 'copy'; readonly of: number }
  | { readonly does: 'size'; readonly of: number }
  /** The next entry of a dict or set, without a lock: arguments that receive borrowed references. */
  | { readonly does: 'walk'; readonly of: number; readonly out: readonly number[] }
  | { readonly does: 'clear'; readonly of: number }
  | { readonly does: 'allocate' }
  /** `of`: the argument that is moved; the first one where it is not said. */
  | { readonly does: 'reallocate'; readonly of?: number }
  | { readonly does: 'free' }
  /** A pointer to the bytes of argument `of`; `moves`: another thread can free or move them. */
  | { readonly does: 'bytes'; readonly of: number; readonly moves: boolean }
  /** Writes what argument 0 points to, and reads what argument 1 does. `yields`: 0, where the result is not argument 0. */
  | { readonly does: 'fill'; readonly reads: boolean; readonly yields?: 'zero' }
  /** `*argument 0` becomes a new object, and loses its old one. */
  | { readonly does: 'append-text' }
  | { readonly does: 'buffer-get' }
  | { readonly does: 'buffer-release' }
  /** A plain access of one field that the name stands for. `result`: what is read is the result. */
  | {
      readonly does: 'field';
      readonly of: number;
      readonly field: string;
      readonly writes: boolean;
      readonly value?: number;
    }
  /** Plain accesses of hidden state. `asks`: only reads it when that argument is NULL; `header`: where such a name is known from. */
  | {
      readonly does: 'state';
      readonly of: Holder;
      readonly writes: boolean;
      readonly points?: true;
      readonly asks?: number;
      readonly header?: RegExp;
    }
  | { readonly does: 'atomic'; readonly how: 'read' | 'write' | 'update' }
  /** Whether somebody holds the lock, at this moment. */
  | { readonly does: 'locked' }
  | { readonly does: 'once'; readonly function: number }
  /** The collector knows argument 0 from here on, or no more. */
  | { readonly does: 'track'; readonly tracked: boolean }
  /** Waits for what another thread, another process or the network does. */
  | { readonly does: 'block' }
  /** A child process with a copy of everything, and without the other threads. */
  | { readonly does: 'fork' }
  /** Nothing that anybody else could see. */
  | { readonly does: 'nothing'; readonly yields: 'zero' | 'one' | 'new' | 'unknown' };

const borrow = (from: Holder, shape: Shape, ...out: number[]): CallEffect =>
  out.length === 0 ? { does: 'borrow', from, shape } : { does: 'borrow', from, shape, out };
const take = (from: Holder, shape: Shape, out?: number): CallEffect =>
  out === undefined ? { does: 'take', from, shape } : { does: 'take', from, shape, out };
const put = (into: Holder, shape: Shape, value: number | null, how = ''): CallEffect => ({
  does: 'put',
  into,
  shape,
  value,
  steals: how.includes('steals'),
  locks: !how.includes('unlocked'),
  drops: !how.includes('keeps'),
});
const contains = (shape: Shape): CallEffect => ({ does: 'contains', in: 0, shape });
const size: CallEffect = { does: 'size', of: 0 };
const nothing = (yields: 'zero' | 'one' | 'new' | 'unknown'): CallEffect => ({ does: 'nothing', yields });
const state = (of: Holder, writes: boolean): CallEffect => ({ does: 'state', of, writes });
const append: CallEffect = { does: 'append', into: 0, value: 1 };
const incref = (gives: boolean): CallEffect => ({ does: 'incref', gives });
const bytes = (moves: boolean): CallEffect => ({ does: 'bytes', of: 0, moves });

const EFFECTS: Readonly<Record<string, CallEffect>> = {
  'Py_INCREF Py_XINCREF Py_IncRef': incref(false),
  'Py_NewRef Py_XNewRef _Py_NewRef _Py_XNewRef PySequence_Fast PyNumber_Index': incref(true),
  'Py_DECREF Py_XDECREF Py_DecRef': { does: 'decref' },
  '_Py_NewReference PyObject_Init PyObject_InitVar PyObject_INIT PySequence_Fast_ITEMS': { does: 'same' },

  'PyList_GetItem PyList_GET_ITEM PySequence_Fast_GET_ITEM': borrow(0, 'list'),
  'PyTuple_GetItem PyTuple_GET_ITEM PyStructSequence_GetItem PyStructSequence_GET_ITEM': borrow(0, 'tuple'),
  'PyDict_GetItem PyDict_GetItemWithError PyDict_GetItemString _PyDict_GetItem_KnownHash _PyDict_GetItemStringWithError _PyDict_GetItemWithError':
    borrow(0, 'dict'),
  'PyWeakref_GetObject PyWeakref_GET_OBJECT': borrow(0, 'weakref'),
  'PyCell_GET PyFunction_GetDefaults PyFunction_GetKwDefaults PyFunction_GetClosure PyFunction_GetAnnotations PyFunction_GetModule PyFunction_GET_DEFAULTS PyFunction_GET_KW_DEFAULTS PyFunction_GET_CLOSURE PyFunction_GET_ANNOTATIONS':
    borrow(0, 'slot'),
  PySys_GetObject: borrow('sys', 'dict'),
  'PyImport_AddModule PyImport_AddModuleObject PyImport_GetModuleDict': borrow('sys.modules', 'dict'),

  'PyList_GetItemRef PySequence_GetItem PySequence_ITEM': take(0, 'list'),
  'PyDict_GetItemRef PyDict_GetItemStringRef PyMapping_GetOptionalItem PyMapping_GetOptionalItemString': take(
    0,
    'dict',
    2,
  ),
  'PyObject_GetItem PyMapping_GetItemString': take(0, 'dict'),
  PyImport_AddModuleRef: take('sys.modules', 'dict'),
  'PySys_GetOptionalAttrString PySys_GetOptionalAttr': take('sys', 'dict', 1),
  'PySys_GetAttrString PySys_GetAttr': take('sys', 'dict'),
  PyWeakref_GetRef: take(0, 'weakref', 1),
  PyCell_Get: take(0, 'slot'),
  'PyDict_Pop PyDict_PopString': { does: 'take', from: 0, shape: 'dict', out: 2, removes: true },
  PySet_Pop: { does: 'take', from: 0, shape: 'set', removes: true },

  PyList_SetItem: put(0, 'list', 2, 'steals'),
  PyList_SET_ITEM: put(0, 'list', 2, 'steals unlocked keeps'),
  'PyTuple_SetItem PyStructSequence_SetItem': put(0, 'tuple', 2, 'steals unlocked'),
  'PyTuple_SET_ITEM PyStructSequence_SET_ITEM': put(0, 'tuple', 2, 'steals unlocked keeps'),
  'PyDict_SetItem _PyDict_SetItem_KnownHash PyObject_SetItem': put(0, 'dict', 2),
  'PyDict_SetItemString PyMapping_SetItemString': put(0, 'dict', 2),
  'PyDict_DelItem PyDict_DelItemString PyObject_DelItem PyMapping_DelItem PyMapping_DelItemString': put(
    0,
    'dict',
    null,
  ),
  PyDict_SetDefault: { does: 'default', into: 0, value: 2 },
  PyDict_SetDefaultRef: { does: 'default', into: 0, value: 2, out: 3 },
  PyCell_SET: put(0, 'slot', 1, 'steals unlocked'),
  PyCell_Set: put(0, 'slot', 1),
  PySys_SetObject: put('sys', 'dict', 1),
  'PyList_Append PyList_Insert': append,
  PySet_Add: put(0, 'set', 1),
  PySet_Discard: put(0, 'set', null),
  PySequence_SetItem: put(0, 'list', 2),
  'PyList_SetSlice PySequence_DelItem PySequence_DelSlice PySequence_SetSlice': { does: 'clear', of: 0 },
  'PyList_GetSlice PySequence_List PySequence_Tuple PyDict_Copy PyList_AsTuple PyDict_Values PyDict_Items PyMapping_Values PyMapping_Items':
    { does: 'copy', of: 0 },
  'PyDict_Clear PySet_Clear PyList_Clear': { does: 'clear', of: 0 },

  'PyDict_Contains PyDict_ContainsString PyMapping_HasKey PyMapping_HasKeyString PyMapping_HasKeyWithError PyMapping_HasKeyStringWithError':
    contains('dict'),
  'PySequence_Contains PySet_Contains': contains('set'),
  'PyList_GET_SIZE PyList_Size PySequence_Fast_GET_SIZE PySequence_Size PySequence_Length PyObject_Size PyObject_Length PyDict_Size PyDict_GET_SIZE PySet_Size PySet_GET_SIZE PyTuple_Size PyTuple_GET_SIZE':
    size,
  PyDict_Next: { does: 'walk', of: 0, out: [2, 3] },
  '_PySet_NextEntry _PySet_NextEntryRef': { does: 'walk', of: 0, out: [2] },

  'PyByteArray_AS_STRING PyByteArray_AsString': bytes(true),
  'PyBytes_AS_STRING PyBytes_AsString PyUnicode_AsUTF8 PyUnicode_AsUTF8AndSize PyUnicode_DATA PyUnicode_1BYTE_DATA PyUnicode_2BYTE_DATA PyUnicode_4BYTE_DATA':
    bytes(false),
  PyByteArray_Resize: { does: 'reallocate' },
  PyObject_GC_Resize: { does: 'reallocate', of: 1 },
  'memset bzero strcpy memmove memcpy strncpy strcat wmemset wmemcpy strncat snprintf sprintf vsnprintf PyOS_snprintf PyOS_vsnprintf':
    {
      does: 'fill',
      reads: true,
    },
  'PyUnicode_Append PyUnicode_AppendAndDel PyBytes_Concat PyBytes_ConcatAndDel _PyBytes_Resize PyUnicode_Resize': {
    does: 'append-text',
  },
  'PyUnicode_Fill PyUnicode_WriteChar PyUnicode_CopyCharacters PyUnicode_WRITE': { does: 'fill', reads: false },
  'setjmp _setjmp sigsetjmp': { does: 'fill', reads: false, yields: 'zero' },
  PyObject_GetBuffer: { does: 'buffer-get' },
  PyBuffer_Release: { does: 'buffer-release' },
  Py_SET_TYPE: { does: 'field', of: 0, field: 'ob_type', writes: true, value: 1 },
  Py_SET_REFCNT: { does: 'field', of: 0, field: 'ob_refcnt', writes: true, value: 1 },
  'PyCapsule_SetContext PyCapsule_SetPointer PyCapsule_SetName PyCapsule_SetDestructor': {
    does: 'field',
    of: 0,
    field: 'capsule state',
    writes: true,
    value: 1,
  },
  'PyType_AddWatcher PyType_ClearWatcher PyCode_AddWatcher PyCode_ClearWatcher PyFunction_AddWatcher PyFunction_ClearWatcher':
    state("the interpreter's list of watchers", true),
  'PyMem_SetAllocator PyMem_SetupDebugHooks': state('the allocators of the process', true),
  getenv: state('the environment', false),

  'PyArg_Parse PyErr_Occurred PyErr_Clear PyErr_SetString PyErr_SetNone PyErr_SetObject PyErr_NoMemory PyErr_BadArgument PyErr_Format PyErr_SetFromErrno PyErr_BadInternalCall PyErr_WriteUnraisable PyErr_Print':
    nothing('zero'),
  'PyType_Ready PyModule_AddObject PyModule_AddObjectRef PyModule_AddIntConstant PyModule_AddStringConstant PyErr_CheckSignals PyObject_ClearWeakRefs PyObject_CallFinalizerFromDealloc PyObject_SetAttr PyObject_SetAttrString PyDict_Update PyDict_Merge PyErr_WarnEx PyState_AddModule':
    nothing('zero'),
  'PyErr_ExceptionMatches PyObject_RichCompareBool PyObject_IsTrue PyObject_Not PyObject_IsInstance PyObject_HasAttr PyObject_HasAttrString Py_IS_TYPE PyGILState_Check Py_EnterRecursiveCall':
    nothing('unknown'),
  PyMutex_IsLocked: { does: 'locked' },
  'fork forkpty': { does: 'fork' },
  'PyObject_GC_Track _PyObject_GC_TRACK': { does: 'track', tracked: true },
  'PyObject_GC_UnTrack _PyObject_GC_UNTRACK': { does: 'track', tracked: false },
  'Py_REFCNT _Py_REFCNT': { does: 'count' },
  PyUnstable_Object_IsUniquelyReferenced: { does: 'count', one: true },
}; // prettier-ignore

const BY_NAME: ReadonlyMap<string, CallEffect> = new Map(
  Object.entries(EFFECTS).flatMap(([names, effect]) => names.split(' ').map(n => [n, effect] as const)),
);

const hidden = (names: string, of: string, points = false): (readonly [string, CallEffect])[] =>
  names.split(' ').map(name => [name, points ? { does: 'state', of, writes: true, points: true } : state(of, true)]);

const LIBC = new Map<string, CallEffect>([
  ...STATIC_RESULT.flatMap(({ name }) => hidden(name, `the static result of ${name}()`, true)),
  ...ENVIRONMENT_WRITES.flatMap(({ name }) => hidden(name, 'the environment')),
  ...LOCALE.map(({ name }): [string, CallEffect] => [
    name,
    { does: 'state', of: 'the locale of the process', writes: true, points: true, asks: 1 },
  ]),
  ...RANDOM.flatMap(({ name }) => hidden(name, 'the state of the generator')),
  ...GLOBAL_CURSORS.flatMap(({ name }) => hidden(name, `the cursor of ${name.replace(/^(?:get|set|end)/, '')}`)),
  ...HANDLE_CURSORS.map(({ name }) => [name, state(0, true)] as const),
  ...PROCESS_CONTROL.filter(({ name }) => !/^(?:exit|system)$/.test(name)).flatMap(({ name }) =>
    hidden(name, `what ${name}() sets for the process`),
  ),
]);

/** Null: nothing special is known of the call. */
export function effectOfCall(name: string): CallEffect | null {
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  if (/_?Py\w*Check(?:Exact)?$/.test(name)) return nothing('one');
  const atomic = atomicAccess(name);
  if (atomic !== null) return { does: 'atomic', how: atomic };
  if (frees(name) !== null) return { does: 'free' };
  if (/[Rr]ealloc$|REALLOC$/.test(name)) return { does: 'reallocate' };
  if (resultKind(name) === 'memory' || (allocates(name) !== null && !/New(?:Var)?$|NEW(?:_VAR)?$/.test(name)))
    return { does: 'allocate' };
  if (resultKind(name) === 'same-as-argument') return { does: 'same' };
  const once = ONCE_CALLS[name];
  if (once !== undefined) return { does: 'once', function: once };
  const libc = LIBC.get(name);
  if (libc !== undefined) return libc;
  if (WOKEN_BY_OTHERS.includes(name)) return { does: 'block' };
  const library = PROCESS_WIDE_CALLS.find(({ functions }) => matchesName(name, functions));
  if (library === undefined) return null;
  return { does: 'state', of: `the hidden state of ${library.library}`, writes: true, header: library.header };
}

/**
 * What calls do with objects, where it matters for sharing: which results nobody else can see yet, which arguments are kept by
 * somebody else afterwards, which calls hand their argument back. Small tables of our own; the rest is in `facts.ts`.
 */
import { apiFact } from './facts.ts';

/** Calls whose result is a brand-new, mutable container or object that no other thread can see. */
const FRESH_MUTABLE = new Set([
  'PyList_New',
  'PyDict_New',
  'PySet_New',
  'PyDict_Copy',
  'PyDict_Keys',
  'PyDict_Values',
  'PyDict_Items',
  'PyList_GetSlice',
  'PySequence_List',
  'PyUnicode_Split',
  'PyUnicode_Splitlines',
  'PyUnicode_RSplit',
  'PyMapping_Keys',
  'PyMapping_Values',
  'PyMapping_Items',
  'PyObject_Dir',
  'PyByteArray_FromObject',
  'PyByteArray_FromStringAndSize',
  'PyByteArray_Concat',
  'PyObject_New',
  'PyObject_NewVar',
  'PyObject_NEW',
  'PyObject_NEW_VAR',
  'PyObject_GC_New',
  'PyObject_GC_NewVar',
  'PyObject_Init',
  'PyObject_InitVar',
  'PyType_GenericAlloc',
  'PyType_GenericNew',
  'PyModule_New',
  'PyModule_NewObject',
  'PyModule_Create',
  'PyModule_Create2',
  'PyModule_FromDefAndSpec',
  'PyCell_New',
  'PyCapsule_New',
  'PyErr_NewException',
  'PyErr_NewExceptionWithDoc',
  'PyType_FromSpec',
  'PyType_FromSpecWithBases',
  'PyType_FromModuleAndSpec',
  'PyType_FromMetaclass',
  'PyStructSequence_NewType',
  'PyWeakref_NewRef',
  'PyWeakref_NewProxy',
  '_PyObject_New',
  '_PyObject_GC_New',
  '_PyObject_GC_NewVar',
  '_PyDict_NewPresized',
  '_PyObject_GC_Malloc',
]); // prettier-ignore

/** Calls whose result can't change once it is made: references borrowed from it hold while it lives. */
const IMMUTABLE_RESULT =
  /^(?:PyTuple_(?:New|Pack|GetSlice|FromArray)|PySequence_Tuple|PyList_AsTuple|Py_BuildValue|Py_VaBuildValue|PyFrozenSet_New|PyUnicode_(?:From|Join|Concat|Substring|Decode|As\w*String$|New$|Format|Replace)\w*|PyBytes_From\w+|PyLong_From\w+|PyFloat_From\w+|PyComplex_From\w+|PyBool_FromLong|PyStructSequence_New|PySlice_New|PyObject_(?:Repr|Str|ASCII|Bytes)|PyType_GetName|PyType_GetQualName)$/;

const RAW_ALLOCATORS = new Set([
  'ckalloc',
  'attemptckalloc',
  'Tcl_Alloc',
  'Tcl_AttemptAlloc',
  'g_malloc',
  'g_malloc0',
  'g_new',
  'g_new0',
  'malloc',
  'calloc',
  'realloc',
  'strdup',
  'strndup',
  'aligned_alloc',
  'alloca',
  'PyMem_Malloc',
  'PyMem_Calloc',
  'PyMem_New',
  'PyMem_NEW',
  'PyMem_MALLOC',
  'PyMem_RawMalloc',
  'PyMem_RawCalloc',
  'PyMem_Realloc',
  'PyMem_RawRealloc',
  'PyMem_REALLOC',
  'PyObject_Malloc',
  'PyObject_Calloc',
  'PyObject_MALLOC',
  'PyObject_Realloc',
  'PyObject_REALLOC',
]); // prettier-ignore

/** Slots called through a pointer that make a new object: `type->tp_alloc(type, 0)`. */
const FRESH_SLOTS = new Set(['tp_alloc', 'tp_new']);

/** Allocates an object of a type that the caller names, rather than a container of Python's. */
export function isObjectOfExtension(name: string): boolean {
  return (
    FRESH_SLOTS.has(name) || /^_?Py(?:Object_(?:GC_)?N(?:ew|EW)(?:_?V(?:ar|AR))?|Type_Generic(?:Alloc|New))$/.test(name)
  );
}

/** Calls that return their first argument, perhaps with a cast or one more reference. */
const IDENTITY = new Set([
  'Py_NewRef',
  'Py_XNewRef',
  '_Py_NewRef',
  '_Py_XNewRef',
  '_Py_CAST',
  'PyObject_Init',
  'PyObject_InitVar',
]);
const CAST_NAME = /(?:^_?PyObject_CAST|_CAST|_cast|_Cast|_AS_OBJECT)$/;

/** Arguments that the callee (or what it runs) keeps a reference to: after the call others may see them. */
const KEPT = new Map<string, readonly number[] | 'all'>([
  ['PyList_Append', [1]],
  ['PyList_SetItem', [2]],
  ['PyList_SET_ITEM', [2]],
  ['PyList_Insert', [2]],
  ['PyList_SetSlice', [3]],
  ['PyTuple_SetItem', [2]],
  ['PyTuple_SET_ITEM', [2]],
  ['PyStructSequence_SetItem', [2]],
  ['PyStructSequence_SET_ITEM', [2]],
  ['PyDict_SetItem', [1, 2]],
  ['PyDict_SetItemString', [2]],
  ['PyDict_SetDefault', [1, 2]],
  ['PyDict_SetDefaultRef', [1, 2]],
  ['PySet_Add', [1]],
  ['PyObject_SetAttr', [2]],
  ['PyObject_SetAttrString', [2]],
  ['PyObject_GenericSetAttr', [2]],
  ['PyObject_SetItem', [1, 2]],
  ['PySequence_SetItem', [2]],
  ['PyMapping_SetItemString', [2]],
  ['PyModule_AddObject', [2]],
  ['PyModule_AddObjectRef', [2]],
  ['PyModule_Add', [2]],
  ['PyModule_AddType', [1]],
  ['PyState_AddModule', [0]],
  ['PySys_SetObject', [1]],
  ['PyErr_SetObject', [1]],
  ['PyErr_Restore', 'all'],
  ['PyErr_SetRaisedException', [0]],
  ['PyException_SetCause', [1]],
  ['PyException_SetContext', [1]],
  ['PyCell_Set', [1]],
  ['PyCell_SET', [1]],
  ['PyContextVar_Set', [1]],
  ['PyThread_start_new_thread', [1]],
  ['PyObject_CallMethod', 'all'],
]);
const CALLS_PYTHON = /^(?:_?PyObject_(?:Fast)?(?:Call(?!Finalizer)|Vectorcall)|PyEval_Call|_PyObject_CallMethod)/;

/** Where a stored argument goes: the argument index of the container, when the call stores into one. */
export function containerOfStore(name: string): number | null {
  return /^Py(?:List|Tuple|Dict|Set|StructSequence|Object|Sequence|Mapping|Cell)_(?:Set|SET|Append|Insert|Add)/.test(
    name,
  )
    ? 0
    : null;
}

/** Indexes of arguments that are visible to others after the call; `undefined` for functions outside the C API. */
export function keptArguments(name: string, count: number): readonly number[] | undefined {
  const kept = CALLS_PYTHON.test(name) ? 'all' : KEPT.get(name);
  if (kept === 'all') return Array.from({ length: count }, (_, index) => index);
  if (kept !== undefined) return kept;
  return isCApiName(name) || LIBC_HARMLESS.test(name) ? [] : undefined;
}

const LIBC_HARMLESS =
  /^(?:mem|str|wcs|is[a-z]+$|to(?:upper|lower)$|s?n?printf$|fprintf$|v?snprintf$|free$|assert$|qsort$|fread$|fwrite$|puts$|abs$|floor|ceil|log|exp|sin|cos|tan|pow|sqrt|fabs)/;

/** A name of CPython's C API, by the table or by its prefix (private and version-specific names included). */
export function isCApiName(name: string): boolean {
  return apiFact(name) !== undefined || /^_?Py[A-Z]?[A-Za-z]*_[A-Za-z]/.test(name);
}

/** What the result of a call is to other threads at the moment that the call returns. */
export function resultKind(name: string): 'fresh' | 'immutable' | 'memory' | 'same-as-argument' | 'other' {
  if (IDENTITY.has(name) || CAST_NAME.test(name)) return 'same-as-argument';
  if (FRESH_MUTABLE.has(name) || FRESH_SLOTS.has(name)) return 'fresh';
  if (RAW_ALLOCATORS.has(name)) return 'memory';
  return IMMUTABLE_RESULT.test(name) ? 'immutable' : 'other';
}

const CALLS_FACTORY =
  /^_?PyObject_(?:Fast)?(?:Call(?:NoArgs|OneArg|Object|Function|FunctionObjArgs)?|Vectorcall(?:Dict)?)$|^PyEval_Call(?:Object|Function)/;

/** Calls an object that may be a class: `PyObject_CallOneArg(factory, self)`. Methods hand out what they have, too. */
export function callsFactory(name: string): boolean {
  return CALLS_FACTORY.test(name);
}

/** Calls that make a list of new tuples. */
export function makesTuples(name: string): boolean {
  return name === 'PyDict_Items' || name === 'PyMapping_Items';
}

const PER_THREAD =
  /^_?PyThreadState_GetDict$|^PyThread_tss_get$|^PyThread_get_key_value$|^pthread_getspecific$|^tss_get$|^(?:Tls|Fls)GetValue$/;

/** What the call gives back belongs to the thread that asks. */
export function belongsToThread(name: string): boolean {
  return PER_THREAD.test(name);
}

const MAKES = /(?:^|_|[a-z0-9])(?:[Cc]reate|[Nn]ew|[Aa]lloc|[Cc]lone|[Dd]up)(?:[A-Z_]\w*)?$/;

/** Functions of other libraries that hand out something new, by their names: `avifDecoderCreate`, `EVP_MD_CTX_new`. */
export function isLibraryMaker(name: string): boolean {
  return MAKES.test(name) && !isCApiName(name);
}

/** Calls that only look at the pointer or the type, never at the contents: a stale pointer does them no harm. */
export function onlyTestsPointer(name: string): boolean {
  return name === 'Py_Is' || name === 'Py_IsNone' || name === 'Py_IsTrue' || name === 'Py_IsFalse' || name === 'assert';
}

/** Calls that set an exception and return NULL, whatever happens. */
export function alwaysReturnsNull(name: string): boolean {
  return /^PyErr_(?:NoMemory|FormatV?|Set(?:Exc)?From\w+|SetImportError(?:Subclass)?)$/.test(name);
}

/**
 * Calls that run Python code with their arguments. Containers among them may be kept and changed by anybody; of an object of the
 * extension's own that is still being made one can trust that its class does not give it to another thread.
 */
export function callsPython(name: string): boolean {
  return CALLS_PYTHON.test(name);
}

/** Where a call of a method has the object whose method it is: an argument, or the first element of the array that one is. */
export function methodReceiver(name: string): { readonly argument: number; readonly inArray: boolean } | null {
  if (/^_?PyObject_VectorcallMethod(?:Id)?$/.test(name)) return { argument: 1, inArray: true };
  return /^_?PyObject_CallMethod/.test(name) ? { argument: 0, inArray: false } : null;
}

/** Takes a strong reference to its first argument. */
export function takesReference(name: string): boolean {
  return /^_?Py_(?:X?INCREF|X?NewRef)$/.test(name);
}

/** Drops a reference: the object may be freed, and arbitrary Python code may run. */
export function dropsReference(name: string): boolean {
  return /^_?Py_(?:X?DECREF|CLEAR|X?SETREF)$/.test(name);
}

/** Atomic accessors of C11, C++, compilers, Windows and CPython: the place they get by address is used atomically. */
export function atomicAccess(name: string): 'read' | 'write' | 'update' | null {
  if (!/^(?:_Py_atomic_|FT_ATOMIC_|atomic_|__atomic_|__sync_|_?Interlocked|npy_atomic_|Py_ATOMIC_)/.test(name))
    return null;
  if (/add|sub|inc|dec|and|or_|xor|exchange|Exchange|Increment|Decrement|Add|Or|And|cas|CompareExchange/.test(name))
    return 'update';
  if (/store|STORE|clear|Write|set/.test(name)) return 'write';
  return 'read';
}

const LOOKS_UP = /^_?Py[A-Z]\w*_\w*(?:Get|GET|Find|Import|Lookup|Pop|Next|Item|Fast|Parse|Unpack|Intern)\w*$|^Py_TYPE$/;

/** Calls whose result others may have too: look-ups in containers, attributes, modules, arguments. */
export function sharesResult(name: string): boolean {
  return LOOKS_UP.test(name) && resultKind(name) === 'other';
}

const MUTATES =
  /^_?Py(?:Dict|List|Set|ByteArray|Object|Mapping|Sequence)_(?:Set|SET|Del|Clear|Update|Merge|Pop|Append|Insert|Sort|Reverse|Extend|Add|Discard|Resize|InPlace)/;

/** Calls that change the container they get as first argument. */
export function mutatesContainer(name: string): boolean {
  return MUTATES.test(name);
}

const TAKES_FROM_TUPLE = /^PyTuple_G(?:et|ET)|^_?PyArg_(?:Va)?(?:Parse|Unpack)/;

/** Looks into a tuple, or has the arguments in one converted. */
export function takesFromTuple(name: string): boolean {
  return TAKES_FROM_TUPLE.test(name);
}

const RAW_SEQUENCE = /^(?:PySequence_Fast_(?:GET_ITEM|GET_SIZE|ITEMS)|PyList_GET_(?:ITEM|SIZE))$/;

/** Calls that read a sequence's size or items without taking its lock. */
export function readsSequenceRaw(name: string): boolean {
  return RAW_SEQUENCE.test(name);
}

const CPYTHON_STRUCTS = new Set(
  `PyObject PyVarObject PyTypeObject PyHeapTypeObject PyListObject PyTupleObject PyDictObject PyDictKeysObject PyDictValues
  PySetObject PyBytesObject PyByteArrayObject PyUnicodeObject PyASCIIObject PyCompactUnicodeObject PyLongObject PyFloatObject
  PyComplexObject PyFunctionObject PyCFunctionObject PyCMethodObject PyMethodObject PyInstanceMethodObject PyModuleDef
  PyModuleDef_Base PyModuleObject PyCodeObject PyFrameObject PyThreadState PyInterpreterState PyMemoryViewObject
  PyManagedBufferObject PyWeakReference PySliceObject PyCellObject PyGenObject PyCoroObject PyAsyncGenObject PyBaseExceptionObject
  PyStopIterationObject PySystemExitObject PyOSErrorObject PyUnicodeErrorObject PySyntaxErrorObject PyImportErrorObject
  PyMethodDef PyGetSetDef PyMemberDef PyType_Slot PyType_Spec PyModuleDef_Slot PyNumberMethods PySequenceMethods
  PyMappingMethods PyAsyncMethods PyBufferProcs PyConfig PyPreConfig PyStatus PyCompilerFlags PyGC_Head PyMutex
  PyDateTime_Date PyDateTime_Time PyDateTime_DateTime PyDateTime_Delta PyDateTime_CAPI PyDescrObject PyMethodDescrObject
  PyMemberDescrObject PyGetSetDescrObject PyWrapperDescrObject PyStructSequence_Desc PyStructSequence_Field PyUnicodeWriter
  PyCriticalSection PyCriticalSection2 PyMemAllocatorEx PyHash_FuncDef Py_buffer Py_complex Py_tss_t`.split(/\s+/),
);

/** Structs of CPython itself. */
export function isCPythonStruct(name: string): boolean {
  return CPYTHON_STRUCTS.has(name) || /^_(?:Py|ts$|is$|frame$)/.test(name);
}

/** The call runs the object that it gets as this argument, on a reference that the caller has to hold. */
export function runsArgument(name: string, argument: number): boolean {
  return argument === 0 && /^_?PyObject_(?:Fast)?(?:Call|Vectorcall)|^PyEval_Call/.test(name);
}

/** Reads an item at an index that nobody checks. */
export function readsItemUnchecked(name: string): boolean {
  return /^(?:Py(?:List|Tuple)_GET_ITEM|PySequence_Fast_GET_ITEM|PySequence_ITEM|PyUnicode_READ(?:_CHAR)?)$/.test(name);
}

/** Atomic operations of CPython itself: private, and without a promise. */
export function isPrivateAtomic(name: string): boolean {
  return /^(?:_Py_atomic_|FT_ATOMIC_)/.test(name);
}

/** Registering and removing watchers; only the dictionary's and context's take a lock, and only lately. */
export const WATCHER_CALLS: readonly string[] = ['Type', 'Dict', 'Code', 'Function', 'Context'].flatMap(kind => [
  `Py${kind}_AddWatcher`,
  `Py${kind}_ClearWatcher`,
]);

/** Numbers by which CPython's own caches tell versions of a type or dictionary apart. */
export const VERSION_FIELDS: ReadonlySet<string> = new Set(['tp_version_tag', 'ma_version_tag']);

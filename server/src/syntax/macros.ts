/** What the lens knows of macros by name, before any definition was seen. Only how they read, not what they mean. */

/** Statements written without a semicolon. */
const STATEMENTS = new Set([
  'Py_BEGIN_ALLOW_THREADS',
  'Py_END_ALLOW_THREADS',
  'Py_BLOCK_THREADS',
  'Py_UNBLOCK_THREADS',
  'Py_END_CRITICAL_SECTION',
  'Py_END_CRITICAL_SECTION2',
  'Py_BEGIN_CRITICAL_SECTION',
  'Py_BEGIN_CRITICAL_SECTION2',
  'Py_TRASHCAN_BEGIN',
  'Py_TRASHCAN_END',
  'Py_TRASHCAN_SAFE_BEGIN',
  'Py_TRASHCAN_SAFE_END',
  'Py_RETURN_NONE',
  'Py_RETURN_TRUE',
  'Py_RETURN_FALSE',
  'Py_RETURN_NOTIMPLEMENTED',
  'Py_RETURN_NAN',
  'Py_RETURN_RICHCOMPARE',
  'Py_UNREACHABLE',
  'NPY_BEGIN_ALLOW_THREADS',
  'NPY_END_ALLOW_THREADS',
  'NPY_BEGIN_THREADS_DEF',
  'NPY_BEGIN_THREADS',
  'NPY_END_THREADS',
  'NPY_BEGIN_THREADS_THRESHOLDED',
  'NPY_BEGIN_THREADS_DESCR',
  'NPY_END_THREADS_DESCR',
  'NPY_ALLOW_C_API_DEF',
  'NPY_ALLOW_C_API',
  'NPY_DISABLE_C_API',
]);
const STATEMENT_SHAPE = /^_?[A-Za-z]\w*?_?(?:BEGIN|END)_[A-Z0-9_]+$|^_Py_COMP_DIAG_\w+$/;

/** Words before or behind a declarator that say nothing about its type: with or without arguments. */
const ATTRIBUTES = new Set([
  'Py_ALWAYS_INLINE',
  'Py_NO_INLINE',
  'Py_CAN_START_THREADS',
  'Py_DEPRECATED',
  'Py_ALIGNED',
  '_Py_ALIGNED_DEF',
  'Py_GCC_ATTRIBUTE',
  'Py_EXPORTED_SYMBOL',
  'Py_IMPORTED_SYMBOL',
  'Py_LOCAL_SYMBOL',
  '_Py_HOT_FUNCTION',
  '_Py_NO_SANITIZE_THREAD',
  '_Py_NO_SANITIZE_ADDRESS',
  '_Py_NO_SANITIZE_MEMORY',
  '_Py_NO_SANITIZE_UNDEFINED',
  '_Py_THREAD_SANITIZER',
  '_Py_thread_local',
  '_Py_LOCK_DONT_DETACH_ATTR',
  'Py_WARN_UNUSED_RESULT',
  '_Py_NO_INLINE',
]);

/** `MACRO(type)` that stands for the type. */
export const TYPE_WRAPPERS = new Set([
  'PyAPI_FUNC',
  'PyAPI_DATA',
  'Py_LOCAL',
  'Py_LOCAL_INLINE',
  'PyMODINIT_FUNC_',
  'NPY_EXPORT_FUNC',
]);

/** Members of an object struct that are written as one word. */
const MEMBER_HEADS = /^(?:_?Py\w*_HEAD(?:_EXTRA)?|\w+_HEAD|[A-Z][A-Z0-9_]+)$/;

/** Entries of a list that end in their own comma. */
const LIST_HEADS =
  /^(?:Py(?:Var)?Object_HEAD_INIT|_?Py\w*_HEAD_INIT|\w+_METHODDEF|\w+_GETSETDEF|_PyObject_EXTRA_INIT|_Py_\w*_INIT)$/;

export const KEYWORDS = new Set(
  `alignas alignof asm auto break case catch class concept const constexpr const_cast continue decltype default delete do
   dynamic_cast else enum explicit export extern false final for friend goto if inline mutable namespace new noexcept nullptr
   operator override private protected public register reinterpret_cast requires restrict return sizeof static static_assert
   static_cast struct switch template this throw true try typedef typeid typename typeof union using virtual volatile while
   _Alignas _Alignof _Atomic _Generic _Noreturn _Static_assert __attribute__ __attribute __declspec __asm __asm__ __extension__
   __inline __inline__ __forceinline __restrict __restrict__ __volatile__ __const __thread thread_local _Thread_local
   __typeof__ __typeof __cdecl __stdcall __fastcall __alignof__ offsetof defined`.split(/\s+/),
);

/** Words that together make a type of their own. */
export const TYPE_WORDS = new Set(
  'void char short int long float double signed unsigned _Bool bool _Complex __int128 __int64 wchar_t auto'.split(' '),
);

export const QUALIFIERS = new Set(
  `static extern inline const volatile register typedef restrict constexpr virtual explicit friend mutable thread_local
   _Thread_local __thread __inline __inline__ __forceinline __restrict __restrict__ __const __volatile__ __extension__ _Noreturn
   _Atomic auto`.split(/\s+/),
);

/** What a file and its headers add to the tables above. */
export interface LearntMacros {
  readonly attributes: ReadonlySet<string>;
  readonly statements: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
  /** Changes when the sets do. */
  readonly key: string;
}

export const nothingLearnt: LearntMacros = {
  attributes: new Set(),
  statements: new Set(),
  types: new Set(),
  key: '',
};

const ALL_CAPS = /^_*[A-Z][A-Z0-9_$]*$/;

/** Written the way macros are; single letters are template parameters and variables. */
export function looksLikeMacro(word: string): boolean {
  return word.length > 2 && ALL_CAPS.test(word);
}

export function isStatementMacro(word: string, learnt: LearntMacros): boolean {
  return STATEMENTS.has(word) || STATEMENT_SHAPE.test(word) || learnt.statements.has(word);
}

export function isAttribute(word: string, learnt: LearntMacros): boolean {
  return ATTRIBUTES.has(word) || learnt.attributes.has(word);
}

export function isMemberHead(word: string): boolean {
  return MEMBER_HEADS.test(word);
}

export function isListHead(word: string): boolean {
  return LIST_HEADS.test(word);
}

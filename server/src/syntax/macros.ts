/** What the lens knows of macros by name: only how they read in a text, not what they mean. */

/**
 * - `statement`: complete without a semicolon.
 * - `attribute`: stands around a declarator and says nothing about its type; with or without arguments.
 * - `type`: `MACRO(type)` stands for the type.
 * - `body`: `f(int x) MACRO(…)` is a function's body.
 * - `loop`, `if`: `MACRO(…) statement`.
 * - `label`: `MACRO(…)` ends in a colon.
 * - `member`: one or more members of a struct.
 * - `entry`: entries of a list, with their own commas.
 */
export type MacroShape = 'statement' | 'attribute' | 'type' | 'body' | 'loop' | 'if' | 'label' | 'member' | 'entry';

/** Shapes learnt from definitions. `key` changes when they do. */
export interface LearntMacros {
  readonly shapes: ReadonlyMap<string, MacroShape>;
  /** Macros that, at least on some platforms, give each thread a variable of its own. */
  readonly threadLocal: ReadonlySet<string>;
  readonly key: string;
}

export const nothingLearnt: LearntMacros = { shapes: new Map(), threadLocal: new Set(), key: '' };

const NAMED = new Map<string, MacroShape>(
  Object.entries({
    Py_TRASHCAN_BEGIN: 'statement',
    Py_TRASHCAN_END: 'statement',
    Py_TRASHCAN_SAFE_BEGIN: 'statement',
    Py_TRASHCAN_SAFE_END: 'statement',
    Py_BLOCK_THREADS: 'statement',
    Py_UNBLOCK_THREADS: 'statement',
    Py_UNREACHABLE: 'statement',
    NPY_ALLOW_C_API_DEF: 'statement',
    NPY_ALLOW_C_API: 'statement',
    NPY_DISABLE_C_API: 'statement',
    Py_ALWAYS_INLINE: 'attribute',
    Py_NO_INLINE: 'attribute',
    Py_DEPRECATED: 'attribute',
    Py_ALIGNED: 'attribute',
    _Py_ALIGNED_DEF: 'attribute',
    Py_GCC_ATTRIBUTE: 'attribute',
    Py_EXPORTED_SYMBOL: 'attribute',
    Py_IMPORTED_SYMBOL: 'attribute',
    Py_LOCAL_SYMBOL: 'attribute',
    Py_WARN_UNUSED_RESULT: 'attribute',
    _Py_HOT_FUNCTION: 'attribute',
    _Py_thread_local: 'attribute',
    Py_UNUSED: 'type',
    PyAPI_FUNC: 'type',
    PyAPI_DATA: 'type',
    Py_LOCAL: 'type',
    Py_LOCAL_INLINE: 'type',
  } as const),
);

const SHAPED: readonly (readonly [RegExp, MacroShape])[] = [
  [/^_?[A-Za-z]\w*?_(?:BEGIN|END)_[A-Z0-9_]+$|^Py_RETURN_[A-Z]+$|^_Py_COMP_DIAG_\w+$/, 'statement'],
  [/^_Py_NO_SANITIZE_\w+$|^NPY_GCC_\w+$/, 'attribute'],
  [/^Py(?:Var|Module)?(?:Object|Def)?_HEAD_INIT$|^[A-Z]\w*_(?:METHODDEF|GETSETDEF|MEMBERDEF)$/, 'entry'],
  [/^_?Py\w*_(?:VAR_)?HEAD(?:_EXTRA)?$/, 'member'],
];

const ALL_CAPS = /^_*[A-Z][A-Z0-9_$]*$/;

/** Written the way macros are; one or two letters are template parameters and variables. */
export function looksLikeMacro(word: string): boolean {
  return word.length > 2 && ALL_CAPS.test(word);
}

/** Names that tell an attribute from a type, where both are written in capitals: `LONG WINAPI f()`. */
const ATTRIBUTE_NAME =
  /(?:^|_)(?:F?INLINE|NOINLINE|EXPORT|EXTERN|IMPORT|VISIBILITY|ATTR|ATTRIBUTE|UNUSED|RESTRICT|ALIGN|DEPRECATED|NORETURN|HIDDEN|NONNULL|NULLABLE|NODISCARD)(?:_|$)|(?:INLINE|EXPORT|VISIB|TLS|THREAD|CALL|CALLBACK|API|ENTRY|PUBLIC|DECL|GCC_\w*|STATIC|NOCAPTURE)$|^(?:CALLBACK|API|TLS)/;

export function soundsLikeAttribute(word: string): boolean {
  return ATTRIBUTE_NAME.test(word);
}

/** For macros whose definition a build script writes. */
const THREAD_LOCAL_NAME = /(?:^|_)(?:TLS|THREAD_?LOCAL)$/i;

export function isThreadLocal(word: string, learnt: LearntMacros): boolean {
  return learnt.threadLocal.has(word) || THREAD_LOCAL_NAME.test(word);
}

/** How a macro reads, when it is known by name or definition. */
export function shapeOf(word: string, learnt: LearntMacros): MacroShape | null {
  const named = NAMED.get(word);
  if (named !== undefined) return named;
  const own = learnt.shapes.get(word);
  if (own !== undefined) return own;
  // All of these patterns want an underscore, which most words lack.
  if (word.includes('_')) for (const [pattern, shape] of SHAPED) if (pattern.test(word)) return shape;
  return null;
}

const NOTHING = nothingLearnt;

/** Whether the tables name it: what is rewritten without being known counts as an unknown macro. */
export function isKnownMacro(word: string): boolean {
  return KEYWORDS.has(word) || /^_?Py|UNUSED/.test(word) || shapeOf(word, NOTHING) !== null;
}

export const KEYWORDS = new Set(
  `alignas alignof asm auto break case catch class concept const constexpr const_cast continue decltype default delete do
   dynamic_cast else enum explicit export extern false final for friend goto if inline mutable namespace new noexcept nullptr
   operator override private protected public register reinterpret_cast requires restrict return sizeof static static_assert
   static_cast struct switch template this throw true try typedef typeid typename typeof union using virtual volatile while
   _Alignas _Alignof _Atomic _Generic _Noreturn _Static_assert __attribute__ __attribute __declspec __asm __asm__ __extension__
   __inline __inline__ __forceinline __restrict __restrict__ __volatile__ __const __thread thread_local _Thread_local
   __typeof__ __typeof __cdecl __stdcall __fastcall __alignof__ offsetof defined va_arg`.split(/\s+/),
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

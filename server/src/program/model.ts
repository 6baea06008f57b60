/**
 * The Program: what one C or C++ source file does, as functions of small steps. It is made once for each text (`lower.ts`)
 * and read twice: abstractly by the analysis and the rules, concretely by the simulator. Plain data; no cycles; JSON-able.
 *
 * Offsets are UTF-16 code units. To let an unchanged function be reused after an edit elsewhere, everything inside a
 * `FunctionBody` is relative to the function's start; `FunctionUnit.start` is the only absolute number.
 */

/** Half-open range of UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A C type as far as names go: `static const Obj *items[4]` is `{ base: 'Obj', pointers: 1, array: true, const: true }`. */
export interface CType {
  /** Name without qualifiers, pointers and `struct`: `PyObject`, `int`, `unsigned long`. `'?'` when it could not be read. */
  readonly base: string;
  readonly pointers: number;
  readonly array: boolean;
  /** The object itself can't change: `const int x`, `char *const p`, `const T x[]`. A pointer *to* const is not const. */
  readonly const: boolean;
  readonly atomic: boolean;
  readonly volatile: boolean;
  /** Pointer to function, or array of those. */
  readonly callable: boolean;
}

/**
 * A value, without side effects: side effects are steps. Casts are dropped (their type went into the places made from them);
 * `&&`, `||` and `?:` have become branches that store to a synthetic local.
 */
export type Value =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly text: string }
  /** `NULL`, `nullptr`, `(T *)0`. */
  | { readonly kind: 'null' }
  /** What the local holds when the step that uses this value runs. Parameters are the first locals. */
  | { readonly kind: 'local'; readonly local: number }
  /**
   * What the step (index into `FunctionBody.steps`) produced: a load, an update or a call; attaching and detaching hand out
   * a thread state.
   */
  | { readonly kind: 'result'; readonly step: number }
  /** `&place`, and arrays, which decay to the address of their first element. */
  | { readonly kind: 'address'; readonly place: Place }
  /** A function's name used as a value. */
  | { readonly kind: 'function'; readonly name: string }
  /** Any other name: enum constant, object-like macro (`Py_None`, `PyExc_KeyError`), static type object. */
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Value[] };

/** Where a value can be kept. `a->b` and `a.b` are both `field`: the second with `base` an `address`. */
export type Place =
  | { readonly kind: 'local'; readonly local: number }
  /** File-scope or function-static variable, or an extern one: see `GlobalVariable.name`. */
  | { readonly kind: 'global'; readonly name: string }
  /** `struct`: the type that the base is seen as (after casts), or null when unknown. C++ `this->x` has the class. */
  | { readonly kind: 'field'; readonly base: Value; readonly struct: string | null; readonly field: string }
  | { readonly kind: 'element'; readonly base: Value; readonly index: Value }
  | { readonly kind: 'deref'; readonly pointer: Value }
  | { readonly kind: 'unknown' };

export type LockKind =
  /** `Py_BEGIN_CRITICAL_SECTION` and what wraps it: held on objects, suspended when the thread blocks or detaches. */
  | 'critical-section'
  /** `PyMutex`: not recursive, kept while the thread detaches. `_MUTEX` sections are `critical-section` on a mutex address. */
  | 'mutex'
  /** pthread, C11 threads, `std::mutex`, `PyThread_type_lock`, Windows: the thread stays attached while it waits. */
  | 'native'
  /** A project's own macro or helper whose meaning is known only by its name or its definition. */
  | 'project';

export interface Lock {
  readonly kind: LockKind;
  /** Locked objects (`critical-section`: one or two object pointers) or the address of the lock. Empty: one lock, named by `by`. */
  readonly targets: readonly Value[];
  /** The macro or function that takes or drops it, as written: `Py_BEGIN_CRITICAL_SECTION2`, `NPY_LOCK`. */
  readonly by: string;
}

export type Callee =
  | { readonly kind: 'named'; readonly name: string }
  /** Through a pointer: `self->ops->read(...)`, `tp->tp_alloc(...)`. `name` is the field or variable, for messages and summaries. */
  | { readonly kind: 'pointer'; readonly value: Value; readonly name: string | null };

export type Op =
  | { readonly kind: 'entry' }
  /** A step that only joins control flow (labels, empty statements). */
  | { readonly kind: 'join'; readonly label?: string }
  | { readonly kind: 'load'; readonly place: Place }
  /** `initializes`: the declaration's own initialiser (`int x = 0;`). */
  | { readonly kind: 'store'; readonly place: Place; readonly value: Value; readonly initializes?: boolean }
  /** Read-modify-write written as one expression: `x += e`, `x++`. `yields` tells which value the result is. */
  | {
      readonly kind: 'update';
      readonly place: Place;
      readonly operator: string;
      readonly operand: Value;
      readonly yields: 'old' | 'new';
    }
  /** `args[i].value` is what is passed; out-parameters are `address` values. `argSpans[i]` is where it is written. */
  | {
      readonly kind: 'call';
      readonly callee: Callee;
      readonly args: readonly Value[];
      readonly argSpans: readonly Span[];
    }
  /** `next[0]` when the condition is non-zero, `next[1]` otherwise. */
  | { readonly kind: 'branch'; readonly condition: Value }
  /** `next[i]` for `cases[i]`; null is `default` (always there, last). */
  | { readonly kind: 'switch'; readonly value: Value; readonly cases: readonly (Value | null)[] }
  | { readonly kind: 'acquire'; readonly lock: Lock }
  | { readonly kind: 'release'; readonly lock: Lock }
  /** The thread state is detached: `Py_BEGIN_ALLOW_THREADS`, `PyEval_SaveThread`, `Py_UNBLOCK_THREADS`, `PyGILState_Release`. */
  | { readonly kind: 'detach'; readonly by: string }
  | { readonly kind: 'attach'; readonly by: string }
  | { readonly kind: 'return'; readonly value: Value | null }
  /** Code that could not be read (an ERROR in the syntax tree). Everything may have happened here. */
  | { readonly kind: 'unread' };

export interface Step {
  readonly op: Op;
  /** Relative to the function's start. */
  readonly span: Span;
  /** Indexes of the steps that may run next. Empty after `return`, and after a call that doesn't come back (`abort`). */
  readonly next: readonly number[];
  /**
   * The macro that this step is part of, when it was written as one: the steps of `Py_CLEAR(self->x)` are a load, a store of
   * NULL and a call of `Py_XDECREF`, all three with `macro: 'Py_CLEAR'` and the span of the macro call.
   */
  readonly macro?: string;
  /** The span of the whole statement that the step belongs to, for fixes and messages. Relative. */
  readonly statement: Span;
}

export interface Local {
  /** `''` for synthetic locals that hold the value of `a && b` or `c ? x : y`. */
  readonly name: string;
  readonly type: CType;
  readonly span: Span;
  readonly parameter: boolean;
}

/** Facts that stand in comments and conventions around a function. */
export interface FunctionFacts {
  /** Argument Clinic: operands of `@critical_section` (empty list: none given, so `self`); absent: no such directive. */
  readonly clinicCriticalSection?: readonly string[];
  /** The body belongs to a Clinic `…_impl`: callers are generated. */
  readonly clinic?: boolean;
  /** Objects that the function asserts to be locked: `_Py_CRITICAL_SECTION_ASSERT_OBJECT_LOCKED(x)`. */
  readonly assertsLocked?: readonly Value[];
  /** Parameters that the function asserts to be tuples: `assert(PyTuple_Check(x))`. */
  readonly assertsTuples?: readonly number[];
  /** The name says that the caller holds the lock: `*_lock_held`, `*_locked`, `*_unlocked`. */
  readonly lockHeldByName?: boolean;
  /** It, or its declaration, is marked as what the dynamic loader runs. */
  readonly runByLoader?: true;
}

/** One function's code. Immutable and shared by all Programs in which its text stands unchanged. */
export interface FunctionBody {
  readonly name: string;
  /** C++: `Class::name` with namespaces, else the same as `name`. */
  readonly qualifiedName: string;
  readonly length: number;
  readonly nameSpan: Span;
  /** From `{` to `}`. */
  readonly block: Span;
  readonly returnType: CType;
  readonly parameters: number;
  readonly locals: readonly Local[];
  /** `steps[0]` is the entry. */
  readonly steps: readonly Step[];
  readonly isStatic: boolean;
  /** C++: the class whose `this` is local 0 (parameter named `this`). */
  readonly ofClass?: string;
  /** C++: the method promises not to change its object. */
  readonly constMethod?: true;
  readonly facts: FunctionFacts;
  /** Function-local statics: also in `TranslationUnit.globals`. */
  readonly statics: readonly GlobalVariable[];
  /** Parts of the text that could not be read. Relative. Empty for a function that was read whole. */
  readonly unread: readonly Span[];
}

export interface FunctionUnit {
  readonly body: FunctionBody;
  /** Absolute offset; add it to every span of the body. */
  readonly start: number;
  /** The conditional code it stands in, when it does not exist in every build. */
  readonly build?: BuildCondition;
}

/** What a piece of code is compiled for, as far as we decide such conditions. */
export interface BuildCondition {
  /** Exists only in this build. */
  readonly only?: 'free-threaded' | 'gil';
  /** As written, for messages: `PY_VERSION_HEX >= 0x030D0000`. */
  readonly text: string;
}

export interface GlobalVariable {
  /** File scope: its name. Function static: `function.name`. C++ namespaces and classes: `ns::name`. */
  readonly name: string;
  readonly type: CType;
  /** Absolute for file scope; relative to the function's start in `FunctionBody.statics`. */
  readonly span: Span;
  readonly storage: 'static' | 'extern' | 'external-definition';
  readonly threadLocal: boolean;
  readonly inFunction: string | null;
  readonly initializer: 'none' | 'zero' | 'constant' | 'dynamic';
}

export interface StructField {
  readonly name: string;
  readonly type: CType;
  readonly bits?: number;
  readonly span: Span;
}

export interface StructType {
  /** Tag or typedef name; a struct with both is listed once under the typedef, with the tag in `aliases`. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly fields: readonly StructField[];
  /** Starts with `PyObject_HEAD`, `PyObject_VAR_HEAD`, `PyObject ob_base` or a struct that does. */
  readonly isObject: boolean;
  readonly bases: readonly string[];
  readonly span: Span;
}

export type TableKind =
  | 'methods'
  | 'getset'
  | 'members'
  | 'slots'
  | 'type-spec'
  | 'type'
  | 'number'
  | 'sequence'
  | 'mapping'
  | 'async'
  | 'buffer'
  | 'module-slots'
  | 'module'
  | 'callbacks';

export interface TableEntry {
  /** `tp_dealloc`, `Py_tp_new`, `Py_mod_gil`, `get`, `set`, `meth`, `m_slots` … by the kind of table. */
  readonly slot: string;
  /** Python-visible name where the entry has one (methods, getset, members). */
  readonly name: string | null;
  /** Function, global or symbol that stands there; null for literals. */
  readonly target: string | null;
  /** The rest of the entry as written: flags, types, offsets (`METH_NOARGS`, `offsetof(Obj, x)`, `Py_READONLY`). */
  readonly detail: string;
  readonly span: Span;
  /** When it differs from the table's own. */
  readonly build?: BuildCondition;
  /** Of a value without a designator, as long as the struct is not known whose member it fills. */
  readonly position?: { readonly type: CType; readonly path: readonly Spot[] };
}

/** Place of a value in its brace group: so many values after a designator, or after the opening brace. */
export interface Spot {
  readonly after: string | null;
  readonly ahead: number;
}

/** A static table: method table, slots, type object, module definition, or any other initialiser with functions in it. */
export interface Table {
  readonly name: string;
  readonly kind: TableKind;
  readonly entries: readonly TableEntry[];
  readonly span: Span;
  readonly build?: BuildCondition;
}

/** `typedef`: `type` is what the name stands for. Structs that a typedef names are in `structs` instead. */
export interface Typedef {
  readonly name: string;
  readonly type: CType;
}

/** A function that is declared or defined: what calls of it yield. */
export interface Prototype {
  /** C++: with namespaces and class. */
  readonly name: string;
  readonly returnType: CType;
  readonly ofClass?: string;
  /** C++: the method promises not to change its object. */
  readonly constMethod?: true;
  /** `__attribute__((constructor))` or `destructor`: runs once, when the library is loaded or unloaded. */
  readonly runByLoader?: true;
}

/** C++: a class whose constructor takes a lock, or changes the thread's state, and whose destructor undoes it. */
export interface GuardType {
  readonly type: string;
  readonly enters: 'acquire' | 'attach' | 'detach';
  /** Of what `acquire` takes. */
  readonly lock: LockKind;
  /** The constructor is given the lock itself, not a pointer to it. */
  readonly byReference: boolean;
}

/** C++: a class whose objects stand for a pointer that they keep: what their `->` leads to. */
export interface ReferenceType {
  readonly type: string;
  /** `->` goes on from the kept pointer to what this field of its object points to. Null: it leads to the object itself. */
  readonly through: { readonly struct: string; readonly field: string } | null;
}

/** A project macro as far as we understood its definition. */
export interface MacroDefinition {
  readonly name: string;
  readonly parameters: readonly string[] | null;
  readonly body: string;
  readonly span: Span;
  /** The macro has one meaning all through the file. Null: it stands for no number. */
  readonly value?: number | null;
}

/** How well a file was read. Counts of functions and bytes (UTF-16 units). */
export interface ParseHealth {
  readonly functions: number;
  readonly functionsNotRead: number;
  readonly characters: number;
  readonly charactersNotRead: number;
  /** Macros in statement or declaration position that nobody explained. */
  readonly unknownMacros: readonly string[];
  /** The parser ran out of time: the rest was not read. */
  readonly incomplete: boolean;
}

export interface NotRead {
  readonly span: Span;
  readonly reason: 'syntax' | 'deadline' | 'too-large' | 'generated' | 'binary';
  /** The function it belongs to, when that much is known. */
  readonly name: string | null;
}

export interface TranslationUnit {
  /** Identifier of the file, as given by the caller (path or URI). */
  readonly file: string;
  readonly language: 'c' | 'cpp';
  readonly functions: readonly FunctionUnit[];
  readonly globals: readonly GlobalVariable[];
  readonly structs: readonly StructType[];
  readonly typedefs: readonly Typedef[];
  readonly prototypes: readonly Prototype[];
  /** Values of enumerators; null when the value isn't a plain number. */
  readonly enumerators: Readonly<Record<string, number | null>>;
  readonly guards: readonly GuardType[];
  readonly references: readonly ReferenceType[];
  readonly tables: readonly Table[];
  readonly macros: readonly MacroDefinition[];
  /** Conditional code that is part of the build that is analysed, with its condition; conditions may stand within others. */
  readonly conditional: readonly { readonly span: Span; readonly build: BuildCondition }[];
  /** Macros that only text outside of that build defines: stand-ins for older Pythons, say. */
  readonly otherwiseDefined: readonly string[];
  readonly includes: readonly string[];
  readonly notRead: readonly NotRead[];
  readonly health: ParseHealth;
}

/** What a call means to the caller's analysis: summaries of project functions and what `capi/` knows of the others. */
import type { Suspends } from '../capi/facts.ts';
import type { Path } from './paths.ts';

/** What a function returns, in terms of its own parameters. */
export type Returned =
  /** Made in the function and seen by nobody else. `memory`: not a Python object. */
  | {
      readonly kind: 'fresh';
      /** An object of a type of the extension's own, not one of Python's containers. */
      readonly own?: true;
      /** Its fields and elements that hold such objects again. */
      readonly holds?: readonly string[];
    }
  | { readonly kind: 'memory' }
  /** What calling a class or factory in Python gave back: new as a rule, but nobody promises it. */
  | { readonly kind: 'made' }
  | { readonly kind: 'immutable' }
  /** The object at this path (`p0`, `p1>items`, `state`), perhaps with one more reference. */
  | { readonly kind: 'path'; readonly path: Path }
  /** Something that others may have too: taken from a container or an attribute, or stored somewhere before it is returned. */
  | { readonly kind: 'shared' }
  | { readonly kind: 'other' };

/** A lock in terms of the function's parameters. */
export interface SummaryLock {
  readonly path: Path;
  readonly kind: 'critical-section' | 'mutex' | 'native' | 'project' | 'flag';
  readonly member: string | null;
}

/** What callers need to know of a function. Plain data; equal summaries mean that callers need no new analysis. */
export interface Summary {
  readonly suspends: Suspends;
  /** It enters the interpreter itself, whose business that is: `PyObject_Str()`, not the drop of a reference that may run code. */
  readonly runsPython: boolean;
  /** Locks held at every return that were not held on entry. */
  readonly acquires: readonly SummaryLock[];
  /** Locks that it takes for its caller and names in an out-parameter: `[parameter, lock]`. */
  readonly hands: readonly (readonly [number, SummaryLock])[];
  /** Locks of the caller that it drops. */
  readonly releases: readonly Path[];
  /** Fields that it clears under a lock: they may be the caller's flags (`busy-flags.ts`). */
  readonly clears: readonly Path[];
  readonly returned: Returned;
  /** Parameters that others can see after the call. */
  readonly keeps: readonly number[];
  /** Parameters that are put into what another parameter leads to: who sees that one sees them. `[item, container]`. */
  readonly putsInto: readonly (readonly [number, number])[];
  /** Parameters that it hands to Python code: a container among them may be kept there. */
  readonly shows: readonly number[];
  /** What it puts into fields and elements of what a parameter points to: `[parameter, slot, what]`. */
  readonly fills: readonly (readonly [number, string, Returned])[];
  /** Fields and elements of parameters whose objects others can see after the call: `[parameter, slot]`. */
  readonly gives: readonly (readonly [number, string])[];
  /** Parameters through which it stores: `*out = value`; and through which it reads. */
  readonly writesThrough: readonly number[];
  readonly readsThrough: readonly number[];
  /** Locks of its own taking that it holds wherever it reads or stores through a parameter: `[parameter, locks]`. */
  readonly locksThrough: readonly (readonly [number, readonly SummaryLock[]])[];
  /** Parameters whose old content it drops or takes away when it stores: `Py_XSETREF(*slot, value)`. */
  readonly replacesThrough: readonly number[];
  /** What is stored through a parameter, where that is known: `[parameter, what]`. */
  readonly outs: readonly (readonly [number, Returned])[];
  /** Parameters whose size or items it reads as a sequence, without their lock. */
  readonly looksInto: readonly number[];
  /** Parameters of which it looks at the address alone. */
  readonly compares: readonly number[];
}

export const UNKNOWN_SUMMARY: Summary = {
  suspends: 'unknown',
  runsPython: false,
  acquires: [],
  hands: [],
  releases: [],
  clears: [],
  returned: { kind: 'other' },
  keeps: [],
  putsInto: [],
  shows: [],
  fills: [],
  gives: [],
  writesThrough: [],
  readsThrough: [],
  locksThrough: [],
  replacesThrough: [],
  outs: [],
  looksInto: [],
  compares: [],
};

export type CalleeMeaning =
  /** A function of the extension. */
  | { readonly kind: 'project'; readonly name: string; readonly summary: Summary }
  /** A macro of the project that only casts its argument. */
  | { readonly kind: 'cast'; readonly name: string }
  /** CPython's API, the C library, anything else that is not part of the extension. */
  | { readonly kind: 'outside'; readonly name: string }
  | { readonly kind: 'pointer'; readonly name: string | null };

export type ResolveCallee = (name: string) => CalleeMeaning;

/**
 * The step language: what the machine runs. A program is plain data: memory cells, objects laid over them, and threads as
 * lists of instructions. One *event* is one atomic access to shared memory (or one `atomic` block of them); local
 * instructions belong to the event before them, because no other thread can tell when they happen.
 */
import type { FailureKind } from '../playback.ts';
import type { Expression } from './expression.ts';

/**
 * How an access orders memory. `plain` accesses can be in a data race; `relaxed` ones are atomic without ordering others;
 * `sync` ones hand over what happened before them (release) to whoever reads them (acquire), as locks do.
 */
export type Order = 'plain' | 'relaxed' | 'sync';

/** How a cell's value is printed. */
export type Format =
  | 'number'
  | 'attach-state'
  | 'pointer'
  | 'flag'
  | 'holder'
  | 'thread'
  | 'shared-count'
  | 'local-count'
  | 'hidden';

export interface Cell {
  readonly name: string;
  readonly initial: number;
  readonly format: Format;
  /** The cell owns one reference to the object it points to: reference audits count it. */
  readonly owns: boolean;
}

/** A run of cells that lives and dies together. Its first cell tells whether it is alive. */
export interface MemoryObject {
  readonly name: string;
  readonly type: string;
  readonly base: number;
  /** Cells, the first one (liveness) included. */
  readonly size: number;
  /** Only attached threads may touch it. */
  readonly python: boolean;
  /** Total of its reference counts at the end, or null when it is not counted. */
  readonly count: Expression | null;
  /** Immortal and long-living objects are not expected to lose their references. */
  readonly audited: boolean;
}

/** What the player says about an instruction. `group` folds the micro-steps of one operation. */
export interface Note {
  readonly label?: string;
  readonly group: number;
  readonly at?: SourceRange;
}

export interface SourceRange {
  readonly source: number;
  readonly line: number;
  readonly endLine: number;
  readonly column?: number;
  readonly endColumn?: number;
}

/** One atomic access. Address = `base` + `offset`; `base` must be the pointer, so that its bounds can be checked. */
export interface Access {
  readonly kind: 'access';
  readonly base: Expression;
  readonly offset: Expression;
  /** Blocks until this holds of the old value. Reads no locals. */
  readonly until?: Expression;
  /** A conditional update: does nothing but read where this is 0. `ok` tells which. */
  readonly when?: Expression;
  /** New value; without it the access only reads. */
  readonly next?: Expression;
  /** Fails with `failure` where this is 0. */
  readonly requires?: Expression;
  readonly failure?: FailureKind;
  /** Local that receives the old value. */
  readonly into?: number;
  readonly ok?: number;
  readonly order: Order;
  /** The memory of a freed object may still be looked at: its allocator does not give it to other data meanwhile. */
  readonly stale?: true;
  readonly note: Note;
}

export type Instruction =
  | Access
  /** Ends the object's life: a write of its liveness cell. */
  | { readonly kind: 'free'; readonly base: Expression; readonly note: Note }
  /** Everything up to the matching `end` is one event. At most the first access inside may block. */
  | { readonly kind: 'atomic'; readonly note: Note }
  | { readonly kind: 'end' }
  | { readonly kind: 'set'; readonly local: number; readonly value: Expression }
  /** Continues at `target` where the condition is 0. */
  | { readonly kind: 'unless'; readonly condition: Expression; readonly target: number }
  | { readonly kind: 'jump'; readonly target: number }
  /** One of `options` values, 0 first: explored by running the whole program once for each. */
  | { readonly kind: 'choose'; readonly local: number; readonly options: number; readonly question: string }
  /** The thread takes the next object of its pool `pool` (see `ThreadCode.pools`); it becomes alive. */
  | { readonly kind: 'allocate'; readonly local: number; readonly pool: number }
  | {
      readonly kind: 'check';
      readonly holds: Expression;
      readonly failure: FailureKind;
      readonly text: string;
      readonly note: Note;
    }
  | { readonly kind: 'attached'; readonly value: 0 | 1 };

export interface LocalVariable {
  readonly name: string;
  readonly format: Format;
}

/** A stretch of code in which the thread has a critical section open. It holds the locks while the local `active` is 1. */
export interface SectionScope {
  readonly from: number;
  readonly to: number;
  readonly active: number;
  readonly objects: readonly Expression[];
}

export interface ThreadCode {
  /** `T1`, `T2` … */
  readonly name: string;
  readonly runs: string;
  readonly code: readonly Instruction[];
  readonly locals: readonly LocalVariable[];
  /** Bases of the objects that this thread can allocate, pool by pool. */
  readonly pools: readonly (readonly number[])[];
  readonly startsAttached: boolean;
  /** Outermost first. */
  readonly sections: readonly SectionScope[];
}

/** A property of the end of every run in which no thread failed before. */
export interface FinalCheck {
  readonly holds: Expression;
  readonly failure: FailureKind;
  readonly text: string;
}

export interface Group {
  readonly label: string;
  readonly at?: SourceRange;
}

export interface Program {
  readonly cells: readonly Cell[];
  readonly objects: readonly MemoryObject[];
  readonly threads: readonly ThreadCode[];
  readonly groups: readonly Group[];
  readonly checks: readonly FinalCheck[];
  /** Every object's count must match its references at the end. */
  readonly audit: boolean;
  /** What must be explained by some order of whole threads; empty: nothing. */
  readonly outcome: readonly { readonly name: string; readonly value: Expression }[];
}

/** Cells below this address belong to nobody: an access there went through NULL. */
export const NULL_PAGE = 16;

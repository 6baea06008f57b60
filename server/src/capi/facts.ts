/**
 * What is known about a name of CPython's C API: reference ownership, locking, what it may do to a critical section, and what
 * replaces it. The table is generated (`scripts/generate-capi.ts`); a name that is not in it answers `undefined`.
 */
import table from './generated/functions.json' with { type: 'json' };

/** What a call may do to critical sections that are open when it is made. */
export type Suspends =
  /** Touches memory only. */
  | 'no'
  /** May run arbitrary Python code, a `tp_dealloc` behind a DECREF included. */
  | 'python'
  /** Detaches the thread state, or may. */
  | 'blocks'
  /** Takes an internal lock: outer sections are suspended when it is contended. */
  | 'lock'
  | 'unknown';

export type Returns = 'new' | 'borrowed' | 'none' | 'unknown';

/** Who keeps a borrowed reference alive. `mutable` and `weak` owners may drop it at any moment. */
export type BorrowOwner = 'mutable' | 'weak' | 'immutable' | 'fixed' | 'other';

export interface Replacement {
  readonly name: string;
  /** First CPython version with it; null when it is as old as anything supported. */
  readonly since: string | null;
  /** pythoncapi-compat provides it for older versions. */
  readonly compat: boolean;
  /** `$0`… are the original arguments, `$out` a new local. Null: no template, a person has to decide. */
  readonly args: readonly string[] | null;
  readonly shape: string;
}

export interface ApiFact {
  readonly name: string;
  readonly macro: boolean;
  readonly since: string | null;
  readonly removedIn: string | null;
  readonly stableAbi: string | null;
  readonly compat: boolean;
  readonly returns: Returns;
  /** Whose reference is borrowed, for `returns: 'borrowed'` and borrowed out-parameters. */
  readonly borrowOwner: BorrowOwner | null;
  /** Index of the argument that owns what is borrowed. */
  readonly containerArg: number | null;
  readonly borrowRisk: 'high' | 'medium' | 'low' | 'none';
  /** Indexes of arguments whose reference is taken over. */
  readonly steals: readonly number[];
  readonly outNew: readonly number[];
  readonly outBorrowed: readonly number[];
  readonly suspends: Suspends;
  /** May be called without an attached thread state. */
  readonly okWhileDetached: boolean;
  /** Blocks the OS thread without detaching its thread state. */
  readonly blocksAttached: boolean;
  /** Touches the object's memory without the object's lock. */
  readonly bypassesLocking: boolean;
  /** Returns a raw pointer into this argument; `mutable` when another thread can free or move it. */
  readonly interior: { readonly arg: number; readonly mutable: boolean } | null;
  /** CPython's own words for its thread-safety level, 3.15 documentation. Null: undocumented. */
  readonly level: string | null;
  /** How it locks, in one line. */
  readonly locking: string | null;
  readonly replacement: Replacement | null;
}

interface Row {
  readonly macro?: number;
  readonly since?: string;
  readonly removedIn?: string;
  readonly stableAbi?: string;
  readonly compat?: number;
  readonly returns?: Returns;
  readonly container?: string;
  readonly containerArg?: number;
  readonly risk?: 'high' | 'medium' | 'low';
  readonly steals?: readonly number[];
  readonly outNew?: readonly number[];
  readonly outBorrowed?: readonly number[] | string;
  readonly suspends?: Suspends;
  readonly detached?: number;
  readonly blocksAttached?: number;
  readonly bypasses?: number;
  readonly interior?: readonly [number, number];
  readonly level?: string;
  readonly locking?: string;
  readonly use?: { name: string | null; since: string | null; compat?: number; args: string[] | null; shape: string };
}

/** With their own names: those that are asked for are cut out of whole files, which a map of them would keep alive. */
const ROWS = new Map(
  Object.entries(table as unknown as Readonly<Record<string, Row>>).map(([name, row]) => [name, { name, row }]),
);
const CACHE = new Map<Row, ApiFact>();

/** All names that the table knows, sorted. */
export function apiNames(): readonly string[] {
  return [...ROWS.keys()];
}

export function apiFact(name: string): ApiFact | undefined {
  const found = ROWS.get(name);
  if (found === undefined) return undefined;
  let fact = CACHE.get(found.row);
  if (fact === undefined) CACHE.set(found.row, (fact = toFact(found.name, found.row)));
  return fact;
}

function toFact(name: string, row: Row): ApiFact {
  return {
    name,
    macro: row.macro === 1,
    since: row.since ?? null,
    removedIn: row.removedIn ?? null,
    stableAbi: row.stableAbi ?? null,
    compat: row.compat === 1,
    returns: row.returns ?? 'none',
    borrowOwner: ownerOf(row.container),
    containerArg: row.containerArg ?? null,
    borrowRisk: row.risk ?? 'none',
    steals: row.steals ?? [],
    outNew: row.outNew ?? [],
    outBorrowed: typeof row.outBorrowed === 'object' ? row.outBorrowed : [],
    suspends: row.suspends ?? 'unknown',
    okWhileDetached: row.detached === 1,
    blocksAttached: row.blocksAttached === 1,
    bypassesLocking: row.bypasses === 1,
    interior: row.interior === undefined ? null : { arg: row.interior[0], mutable: row.interior[1] === 1 },
    level: row.level ?? null,
    locking: row.locking ?? null,
    replacement: replacementOf(row.use),
  };
}

function replacementOf(use: Row['use']): Replacement | null {
  if (use === undefined || use.name === null) return null;
  const since = use.since === null || use.since.startsWith('2.') ? null : use.since;
  return { name: use.name, since, compat: use.compat === 1, args: use.args, shape: use.shape };
}

function ownerOf(container: string | undefined): BorrowOwner | null {
  if (container === undefined) return null;
  if (container === 'mutable' || container === 'list-or-tuple') return 'mutable';
  if (container === 'weak' || container === 'immutable') return container;
  if (container.startsWith('fixed-field') || container === 'static-struct' || container === 'immortal') return 'fixed';
  return 'other';
}

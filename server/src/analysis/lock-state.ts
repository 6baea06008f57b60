/** What is held at one step of a function, and what is left of it where ways through the function meet. */
import type { LockKind } from '../program/model.ts';
import type { Path } from './paths.ts';

export interface HeldLock {
  readonly path: Path;
  /** `flag`: a field that is used as one, see `busy-flags.ts`. */
  readonly kind: LockKind | 'flag';
  /** `Struct.field` of a mutex that is part of a struct: the same lock in functions that know the object by other names. */
  readonly member: string | null;
  /** As written: `Py_BEGIN_CRITICAL_SECTION`, or what says that the caller holds it. */
  readonly by: string;
  /** Step that took it; -1 when it is held on entry. */
  readonly step: number;
  /**
   * Same number at two steps: nothing in between can have suspended the section. Changes at each step that runs Python code
   * or detaches. Always 0 for locks that are kept while a thread detaches.
   */
  readonly epoch: number;
}

export interface State {
  readonly held: readonly HeldLock[];
  /** On every way, when the function is entered attached, and when it is entered detached. */
  readonly detached: Detached;
  /** Locks that are held if a try succeeded, where the ways of success and failure have met before the result was tested. */
  readonly tried?: readonly Tried[];
}

export interface Detached {
  readonly fromAttached: boolean;
  readonly fromDetached: boolean;
}

export interface Tried {
  readonly lock: HeldLock;
  /** The step of the try; its result is non-zero (or zero) when the lock is held. */
  readonly result: number;
  readonly nonZero: boolean;
}

export const AS_ENTERED: Detached = { fromAttached: false, fromDetached: true };
export const EMPTY: State = { held: [], detached: AS_ENTERED };

export function suspend(held: readonly HeldLock[], step: number): readonly HeldLock[] {
  return held.map(lock => (lock.kind === 'critical-section' ? { ...lock, epoch: step } : lock));
}

/** Not tied to an object's critical section or flag: it keeps out whoever takes it, whatever they work on. */
export function isMutex({ kind }: HeldLock): boolean {
  return kind !== 'critical-section' && kind !== 'flag';
}

export function sameLock(a: HeldLock, b: HeldLock): boolean {
  return a.path === b.path && a.kind === b.kind;
}

/** Where ways with different histories meet, the section counts as freshly suspended: the epoch is the block's own. */
export function merge(a: State, b: State, block: number): State {
  const held = a.held.flatMap(lock => {
    const other = b.held.find(candidate => sameLock(lock, candidate));
    if (other === undefined) return [];
    return [lock.epoch === other.epoch ? lock : { ...lock, epoch: -2 - block }];
  });
  const tried = a.tried?.filter(one => b.tried?.some(other => other.result === one.result)) ?? [];
  const detached = {
    fromAttached: a.detached.fromAttached && b.detached.fromAttached,
    fromDetached: a.detached.fromDetached && b.detached.fromDetached,
  };
  return { held, detached, ...(tried.length === 0 ? {} : { tried }) };
}

export function sameState(a: State, b: State): boolean {
  return (
    a.detached.fromAttached === b.detached.fromAttached &&
    a.detached.fromDetached === b.detached.fromDetached &&
    a.held.length === b.held.length &&
    (a.tried?.length ?? 0) === (b.tried?.length ?? 0) &&
    a.held.every((lock, index) => {
      const other = b.held[index];
      return other !== undefined && sameLock(lock, other) && lock.epoch === other.epoch;
    })
  );
}

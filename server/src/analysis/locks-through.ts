/**
 * Locks around what a function does to its callers' places: `*slot = value` inside a critical section on the object that has the
 * slot. Callers that pass `&self->field` know only the call; that the field is read and written under a lock its summary tells them.
 */
import { type HeldLock, sameLock } from './lock-state.ts';
import type { SummaryLock } from './meaning.ts';
import { type Path, substitute } from './paths.ts';

/** Collects, for each parameter, the locks that are held at every access through it. */
export class LocksThrough {
  readonly #common = new Map<number, readonly HeldLock[]>();

  add(parameter: number, held: readonly HeldLock[]): void {
    const before = this.#common.get(parameter);
    this.#common.set(
      parameter,
      before === undefined ? held : before.filter(lock => held.some(one => sameLock(lock, one))),
    );
  }

  list(): [number, SummaryLock[]][] {
    return [...this.#common]
      .filter(([, locks]) => locks.length > 0)
      .map(([parameter, locks]): [number, SummaryLock[]] => [parameter, locks.map(summaryLock)])
      .sort(([a], [b]) => a - b);
  }
}

export function summaryLock({ path, kind, member }: HeldLock): SummaryLock {
  return { path, kind, member };
}

/** A callee's lock as its caller names it, at this step; null when the caller has no name for it. */
export function lockOfCallee(
  lock: SummaryLock,
  args: readonly (Path | null)[],
  callee: string,
  step: number,
): HeldLock | null {
  const path = lock.path.startsWith('=') ? lock.path : substitute(lock.path, args);
  const epoch = lock.kind === 'critical-section' ? step : 0;
  return path === null ? null : { path, kind: lock.kind, member: lock.member, by: callee, step, epoch };
}

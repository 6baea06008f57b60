/**
 * Locks that are taken on one side of a test and count as held on both. `if (lock != NULL) acquire(lock);`: without a lock to take
 * there is nobody to be kept out. `if (shared) lock(x); … if (shared) unlock(x);`: the code decides once whether it needs the lock.
 */
import type { FunctionBody, Op, Value } from '../program/model.ts';
import { nullTest } from '../program/values.ts';
import type { Origins } from './origins.ts';

export interface OptionalLock {
  /** The step that takes it. */
  readonly acquire: number;
  /** Where the branch leads when the lock is not taken. */
  readonly otherwise: number;
}

/** By the step of the branch. */
export function optionalLocks(body: FunctionBody, origins: Origins): ReadonlyMap<number, OptionalLock> {
  const found = new Map<number, OptionalLock>();
  const tests = lockTests(body, origins, 'acquire');
  if (tests.length === 0) return found;
  const given = new Set(lockTests(body, origins, 'release').map(({ key }) => key));
  for (const { branch, at, otherwise, key, absent } of tests)
    if (absent || given.has(key)) found.set(branch, { acquire: at, otherwise });
  return found;
}

interface LockTest {
  readonly branch: number;
  /** The step that takes or drops the lock. */
  readonly at: number;
  readonly otherwise: number;
  /** Equal for tests of the same value that lead to the same kind of lock on the same side; null for those that nothing can pair. */
  readonly key: string | null;
  /** The test asks whether there is a lock at all. */
  readonly absent: boolean;
}

function lockTests(body: FunctionBody, origins: Origins, kind: 'acquire' | 'release'): LockTest[] {
  return body.steps.flatMap(({ op, next: [yes = -1, no = -1] }, branch): LockTest[] => {
    const test = op.kind === 'branch' && yes !== no ? nullTest(op.condition) : null;
    if (test === null) return [];
    const ways = [
      { at: lockStep(body, yes, kind), otherwise: no, nonNull: !test.trueMeansNull },
      { at: lockStep(body, no, kind), otherwise: yes, nonNull: test.trueMeansNull },
    ];
    return ways.flatMap(({ at, otherwise, nonNull }) => {
      const locks = body.steps[at]?.op;
      if (locks?.kind !== kind) return [];
      const absent = nonNull && isLockItself(locks, at, test.value, branch, origins);
      const pairs = body.steps[at]?.next[0] === otherwise && !isCall(body, test.value);
      const key = pairs ? `${locks.lock.kind} ${nonNull} ${origins.path(test.value, branch)}` : null;
      return absent || key !== null ? [{ branch, at, otherwise, key, absent }] : [];
    });
  });
}

/** The first step from here on that does more than to load; -1 when that has nothing to do with locks. */
function lockStep(body: FunctionBody, from: number, kind: 'acquire' | 'release'): number {
  let at = from;
  while (body.steps[at]?.op.kind === 'load') at = body.steps[at]?.next[0] ?? -1;
  return body.steps[at]?.op.kind === kind ? at : -1;
}

function isLockItself(
  { lock }: Extract<Op, { kind: 'acquire' | 'release' }>,
  at: number,
  tested: Value,
  branch: number,
  origins: Origins,
): boolean {
  const [target] = lock.targets;
  if (lock.kind === 'critical-section' || target === undefined) return false;
  return origins.path(target, at) === origins.path(tested, branch);
}

/** The answer of a call, that of an attempt to take the lock, say: another call may answer differently. */
function isCall(body: FunctionBody, value: Value): boolean {
  return value.kind === 'result' && body.steps[value.step]?.op.kind === 'call';
}

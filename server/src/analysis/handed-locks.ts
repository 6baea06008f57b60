/**
 * Locks that a helper takes for its caller and gives it through an out-parameter: `find(table, id, &mutex, &item)` comes back with
 * the table locked, and the caller unlocks `mutex` when it is done with the item. Who passes NULL gets no lock.
 */
import type { FunctionBody, Value } from '../program/model.ts';
import { isNull } from '../program/values.ts';
import type { HeldLock } from './lock-state.ts';
import { lockOfCallee, summaryLock } from './locks-through.ts';
import type { CalleeMeaning, SummaryLock } from './meaning.ts';
import type { Origins } from './origins.ts';
import { type Path, parameterOf } from './paths.ts';

type Callee = (step: number) => CalleeMeaning | null;

/** `[parameter, lock]`: the lock is held where its address is stored through the parameter, and on some way from there to the end. */
export function handedLocks(
  body: FunctionBody,
  origins: Origins,
  heldAt: (step: number) => readonly HeldLock[],
): [number, SummaryLock][] {
  const found = new Map<number, SummaryLock>();
  body.steps.forEach(({ op }, step) => {
    if (op.kind !== 'store' || op.place.kind !== 'deref' || isNull(op.value)) return;
    const parameter = parameterOf(origins.path(op.place.pointer, step));
    if (parameter === null) return;
    const stored = origins.path(op.value, step);
    const lock = heldAt(step).find(one => one.path === stored && one.step >= 0);
    if (lock !== undefined && isKept(body, origins, step, stored)) found.set(parameter, summaryLock(lock));
  });
  return [...found].sort(([a], [b]) => a - b);
}

/** Some way from the step to a return does not release the lock. */
function isKept(body: FunctionBody, origins: Origins, from: number, lock: Path): boolean {
  const seen = new Set<number>();
  const waiting = [...(body.steps[from]?.next ?? [])];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    if (seen.has(step)) continue;
    seen.add(step);
    const at = body.steps[step];
    if (at?.op.kind === 'return') return true;
    const here = step;
    const drops = at?.op.kind === 'release' && at.op.lock.targets.some(target => origins.path(target, here) === lock);
    if (!drops) waiting.push(...(at?.next ?? []));
  }
  return false;
}

/** Locks that the call leaves its caller with, by the argument that says which. */
export function locksFromCall(
  callee: CalleeMeaning | null,
  args: readonly Value[],
  paths: readonly (Path | null)[],
  step: number,
): [number, HeldLock][] {
  if (callee?.kind !== 'project') return [];
  return callee.summary.hands.flatMap(([index, lock]): [number, HeldLock][] => {
    const argument = args[index];
    const held = argument === undefined || isNull(argument) ? null : lockOfCallee(lock, paths, callee.name, step);
    return held === null ? [] : [[index, held]];
  });
}

/** The lock that a variable names since such a call has filled it; null for any other value. */
export function lockNamedBy(path: Path, body: FunctionBody, origins: Origins, callee: Callee): Path | null {
  const [, step, argument] = /^o(\d+)\.(\d+)$/.exec(path) ?? [];
  if (step === undefined || argument === undefined) return null;
  const at = Number(step);
  const op = body.steps[at]?.op;
  if (op?.kind !== 'call') return null;
  const paths = op.args.map(value => origins.path(value, at));
  return locksFromCall(callee(at), op.args, paths, at).find(([index]) => index === Number(argument))?.[1].path ?? null;
}

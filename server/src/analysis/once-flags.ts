/**
 * Flags that say that something is set up: raised by an atomic store, under a lock, after the work, and asked for by an atomic load
 * before anything of it is used. Who has seen the flag raised comes after all that was done before; who found it clear under the
 * lock works while nobody has seen it. That keeps the work apart from its users, but users not from each other.
 */
import { atomicAccess } from '../capi/objects.ts';
import type { FunctionBody, Op, Value } from '../program/model.ts';
import { nullTest, truthOf } from '../program/values.ts';
import type { HeldLock } from './lock-state.ts';
import type { Origins } from './origins.ts';

const SEEN = '?';
const MAKING = '!';

/** It keeps only the work apart that the flag stands for: no lock for anything else. */
export function isOnceFlag({ kind, path }: HeldLock): boolean {
  return kind === 'flag' && (path.endsWith(SEEN) || path.endsWith(MAKING));
}

/** What is known of a flag on one side of a test of an atomic load; `locked`: some lock is held there. */
export function foundOnce(
  body: FunctionBody,
  origins: Origins,
  condition: Value,
  isTrue: boolean,
  locked: boolean,
): readonly HeldLock[] {
  const test = nullTest(condition);
  const load = test?.value.kind === 'result' ? body.steps[test.value.step]?.op : undefined;
  if (test?.value.kind !== 'result' || load?.kind !== 'call' || atomicOf(load) !== 'read') return [];
  const isClear = isTrue === test.trueMeansNull;
  if (isClear && !locked) return [];
  return flagOf(load, test.value.step, isClear ? MAKING : SEEN, origins);
}

/** What is held after an atomic store. */
export function afterStore(
  op: Op & { readonly kind: 'call' },
  step: number,
  held: readonly HeldLock[],
  origins: Origins,
): readonly HeldLock[] {
  if (atomicOf(op) !== 'write') return held;
  const [seen] = flagOf(op, step, SEEN, origins);
  if (seen === undefined) return held;
  const of = seen.path.slice(0, -1);
  const rest = held.filter(lock => !isOnceFlag(lock) || lock.path.slice(0, -1) !== of);
  const value = op.args[1];
  const raises = value !== undefined && truthOf(value) === true && rest.length < held.length;
  return raises ? [...rest, seen] : rest;
}

/** The lock is given back: from here on somebody else may do the work. */
export function afterRelease(held: readonly HeldLock[]): readonly HeldLock[] {
  return held.some(isOnceFlag) ? held.filter(lock => !isOnceFlag(lock) || lock.path.endsWith(SEEN)) : held;
}

/** One of them has seen the flag that the other one raises, or works under it too. */
export function keepApart(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const flag of a) {
    const of = flag.slice(0, -1);
    if (flag.endsWith(SEEN) ? b.has(of + MAKING) : b.has(flag)) return true;
    if (flag.endsWith(MAKING) && b.has(of + SEEN)) return true;
  }
  return false;
}

function atomicOf({ callee }: Op & { readonly kind: 'call' }): ReturnType<typeof atomicAccess> {
  return callee.kind === 'named' ? atomicAccess(callee.name) : null;
}

function flagOf(op: Op & { readonly kind: 'call' }, step: number, suffix: string, origins: Origins): HeldLock[] {
  const [at] = op.args;
  const place = at?.kind === 'address' ? at.place : null;
  if (at === undefined || (place?.kind !== 'field' && place?.kind !== 'global')) return [];
  const path = origins.path(at, step);
  if (path.startsWith('?')) return [];
  const name = place.kind === 'field' ? place.field : place.name;
  const member = place.kind === 'field' && place.struct !== null ? `${place.struct}.${place.field}${suffix}` : null;
  return [{ path: path + suffix, kind: 'flag', member, by: `the flag \`${name}\``, step, epoch: 0 }];
}

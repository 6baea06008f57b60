/** What one call site says of the function that it calls: its arguments, the locks held there, and whether the thread is detached. */
import type { Op, Value } from '../program/model.ts';
import { isNull } from '../program/values.ts';
import type { CallSite } from './callgraph.ts';
import { isLockType } from './collect.ts';
import type { Context } from './entries.ts';
import { sameLists } from './lists.ts';
import { CALLERS_LOCK, type HeldLock } from './locks.ts';
import { givesUp } from './members.ts';
import { isOnceFlag } from './once-flags.ts';
import { isAbsolute, relative, rootOf, SOME_OWNER } from './paths.ts';
import { type ParameterState, sameHeld, sameParameter } from './surroundings.ts';
import { type FunctionView, INHERITED_EPOCH } from './view.ts';

/** Contexts in which the object that the entry point got belongs to this call alone. */
export const EXCLUSIVE_SELF: ReadonlySet<Context> = new Set(['dealloc', 'clear', 'traverse', 'construction', 'init']);

/** What one call site says of its callee. */
export interface SiteState {
  readonly arguments: readonly ParameterState[];
  readonly detached: boolean;
  /** Parameters that get objects which only the caller has. */
  readonly unshared: ReadonlySet<string>;
  /** Locks held, as the callee sees them; null when none is needed here. */
  readonly locks: readonly HeldLock[] | null;
}

const PRIVATE: ParameterState = { role: 'private', exclusive: true };

/** No function has more steps: a text is refused long before. */
const MOST_STEPS = 2 ** 24;

/** Of one caller in one place of the extension, by step and number of parameters: a pointer may lead to functions with more or fewer. */
export type SiteStates = ReadonlyMap<number, SiteState>;

export function siteKey({ step, within }: CallSite, parameters: number): number {
  return toldOf(within, parameters) * MOST_STEPS + step;
}

/** How many of the function's parameters a call site tells something of. */
function toldOf(within: boolean | undefined, parameters: number): number {
  return within === true ? Math.min(1, parameters) : parameters;
}

/** The states found out so far; grows as more are asked for. */
export function statesOf(from: FunctionView): Map<number, SiteState> {
  return from.once(stateAt, () => new Map<number, SiteState>());
}

/** Null where nothing is called, or the step never runs. */
export function stateAt(from: FunctionView, site: CallSite, parameters: number): SiteState | null {
  if (!from.isReachable(site.step)) return null;
  const op = from.op(site.step);
  if (op?.kind !== 'call') return null;
  const states = statesOf(from);
  const key = siteKey(site, parameters);
  let state = states.get(key);
  if (state === undefined) states.set(key, (state = readState(from, op, site, toldOf(site.within, parameters))));
  return state;
}

export function sameState(a: SiteState, b: SiteState): boolean {
  return (
    a.detached === b.detached &&
    sameLists(a.arguments, b.arguments, sameParameter) &&
    sameLists([...a.unshared], [...b.unshared]) &&
    (a.locks === null || b.locks === null ? a.locks === b.locks : sameLists(a.locks, b.locks, sameHeld))
  );
}

function readState(
  from: FunctionView,
  op: Op & { readonly kind: 'call' },
  site: CallSite,
  parameters: number,
): SiteState {
  const [object] = op.args;
  const unlocked = needsNoLock(from, object !== undefined && from.isExclusive(object, site.step));
  const held = translate(from, site);
  const given = op.args.slice(0, parameters).map((value, index): ParameterState => {
    if (isGivenUp(op)) return PRIVATE;
    const state = withLock(argumentState(from, value, site.step), from, value, site.step);
    // What is in a table that goes with its owner, goes with it too.
    return site.within === true && index === 0 && isOfOwner(from) ? { ...state, exclusive: true } : state;
  });
  return {
    arguments: given,
    unshared: new Set(
      given.flatMap(({ role, exclusive }, index) => (role === 'private' && exclusive ? [`p${index}`] : [])),
    ),
    detached: from.detachedAt(site.step),
    // What is held all the same is held for another argument.
    locks: unlocked && held.every(isOnceFlag) ? null : held,
  };
}

function isGivenUp({ callee, args }: Op & { readonly kind: 'call' }): boolean {
  return callee.kind === 'pointer' && callee.name !== null && givesUp(callee.name, args.length);
}

/** Call sites during construction, destruction and initialisation hold no lock because they need none. */
function needsNoLock(from: FunctionView, objectIsExclusive: boolean): boolean {
  return isOfOwner(from) || objectIsExclusive;
}

/** It only runs while what it works for is made or goes. */
function isOfOwner({ surroundings: { contexts } }: FunctionView): boolean {
  return contexts.size > 0 && [...contexts].every(context => EXCLUSIVE_SELF.has(context));
}

function argumentState(from: FunctionView, value: Value, step: number): ParameterState {
  const exclusive = from.isExclusive(value, step);
  const origins = from.origins(value, step);
  const [origin] = origins;
  if (origins.length === 1 && origin?.kind === 'parameter') {
    const role = from.surroundings.parameters[origin.index]?.role ?? 'shared';
    return role === 'private' && exclusive ? privateState(from, value, step) : { role, exclusive };
  }
  if (exclusive) return privateState(from, value, step);
  const ownership = from.ownership(value, step);
  return { role: ownership === 'immutable' || ownership === 'immortal' ? 'immutable' : 'shared', exclusive };
}

function withLock(state: ParameterState, from: FunctionView, value: Value, step: number): ParameterState {
  const lock = isNull(value) ? '' : lockGiven(from, value, step);
  return lock === undefined ? state : { ...state, lock };
}

/** The lock in a struct that the value is, or is the address of, or what the caller was given as such. */
function lockGiven(from: FunctionView, value: Value, step: number): string | undefined {
  const load = value.kind === 'result' ? from.op(value.step) : undefined;
  const place = value.kind === 'address' ? value.place : load?.kind === 'load' ? load.place : null;
  if (place?.kind === 'field') {
    const type = place.struct === null ? undefined : from.fieldType(place.struct, place.field);
    return type !== undefined && isLockType(type) ? `${place.struct}.${place.field}` : undefined;
  }
  const [origin, ...others] = value.kind === 'local' ? from.origins(value, step) : [];
  return origin?.kind === 'parameter' && others.length === 0
    ? from.surroundings.parameters[origin.index]?.lock
    : undefined;
}

function privateState(from: FunctionView, value: Value, step: number): ParameterState {
  const owns = from.ownedSlots(value, step);
  return { role: 'private', exclusive: true, ...(owns.length > 0 ? { owns } : {}) };
}

/** The caller's locks as seen from the callee's parameters. */
function translate(from: FunctionView, site: CallSite): HeldLock[] {
  const op = from.op(site.step);
  if (op?.kind !== 'call') return [];
  const out: HeldLock[] = [];
  const add = (lock: HeldLock): void => {
    if (!out.some(one => one.path === lock.path)) out.push(lock);
  };
  for (const lock of from.keptOutAt(site.step)) {
    const seen = { ...lock, step: -1, epoch: INHERITED_EPOCH };
    if (lock.path === CALLERS_LOCK || lock.path.startsWith('=') || isAbsolute(lock.path)) {
      add(seen);
      // A lock in a global struct that is an argument is also a lock in that argument.
      if (!isAbsolute(lock.path)) continue;
    }
    op.args.forEach((argument, index) => {
      const path = relative(lock.path, from.path(argument, site.step));
      if (path !== null && !path.startsWith('='))
        add({ ...seen, path: path === '' ? `p${index}` : `p${index}>${path}` });
      // Found through what is locked, in whatever way: the lock of some owner.
      const isFound =
        path !== '' && !isOnceFlag(lock) && from.semantics.origins.roots(argument, site.step).has(rootOf(lock.path));
      if (isFound) add({ ...seen, path: `p${index}>${SOME_OWNER}` });
    });
  }
  return out;
}

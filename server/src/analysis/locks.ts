/**
 * Which locks are held at each step of one function, by what the function itself and its helpers do. Must-analysis: a lock
 * counts where it is held on every way to the step. Locks that callers hold come on top, in `contexts.ts`.
 */
import type { FunctionBody, Op, Value } from '../program/model.ts';
import { nullTest } from '../program/values.ts';
import { busyFlags, type Flag, NO_BUSY_FLAGS } from './busy-flags.ts';
import { flowOf } from './flow.ts';
import { handedLocks, lockNamedBy, locksFromCall } from './handed-locks.ts';
import {
  AS_ENTERED,
  EMPTY,
  type HeldLock,
  merge,
  type State,
  sameLock,
  sameState,
  suspend,
  type Tried,
} from './lock-state.ts';
import { lockOfCallee } from './locks-through.ts';
import type { CalleeMeaning, SummaryLock } from './meaning.ts';
import { afterRelease, afterStore, foundOnce } from './once-flags.ts';
import { type OptionalLock, optionalLocks } from './optional-locks.ts';
import type { Origins } from './origins.ts';
import { type Path, substitute } from './paths.ts';

export type { HeldLock } from './lock-state.ts';

/** Path of a lock that is known to be held but not on what: `*_locked` helpers without an object parameter. */
export const CALLERS_LOCK: Path = 'caller';

export class LockStates {
  readonly #body: FunctionBody;
  readonly #origins: Origins;
  readonly #callee: (step: number) => CalleeMeaning | null;
  readonly #suspends: (step: number) => boolean;
  readonly #optional: ReadonlyMap<number, OptionalLock>;
  readonly #entry: (State | null)[];
  #flags = NO_BUSY_FLAGS;
  #steps: Map<number, State> | null = null;
  /** Locks of the caller that the function drops. */
  readonly released = new Set<Path>();
  /** Fields of the caller's objects that the function clears under a lock. */
  readonly cleared = new Set<Path>();
  /** False: the function and its helpers take no lock, and every state is empty. */
  readonly active: boolean;

  constructor(
    body: FunctionBody,
    origins: Origins,
    callee: (step: number) => CalleeMeaning | null,
    suspends: (step: number) => boolean,
  ) {
    this.#body = body;
    this.#origins = origins;
    this.#callee = callee;
    this.#suspends = suspends;
    const start: State = { held: this.#onEntry(), detached: AS_ENTERED };
    this.active = start.held.length > 0 || body.steps.some((step, index) => this.#matters(step.op, index));
    this.#optional = this.active ? optionalLocks(body, origins) : NO_LOCKS;
    this.#entry = this.active ? this.#solve(start) : [];
    if (this.active) this.#addFlags();
  }

  /** Stores that take a field which is used as a lock. */
  get flags(): ReadonlyMap<number, Flag> {
    return this.#flags.taken;
  }

  /** What works as a lock can only be seen once it is known which locks are held where. */
  #addFlags(): void {
    const names = new Map<number, ReadonlySet<string>>();
    const heldAt = (step: number): ReadonlySet<string> => {
      let held = names.get(step);
      if (held === undefined)
        names.set(step, (held = new Set(this.heldAt(step).map(({ kind, path }) => `${kind} ${path}`))));
      return held;
    };
    this.#flags = busyFlags(this.#body, this.#origins, heldAt, this.#callee);
    for (const { path } of this.#flags.cleared.values()) if (/^p\d+>&[^>]+$/.test(path)) this.cleared.add(path);
  }

  #matters(op: Op, step: number): boolean {
    if (op.kind === 'acquire' || op.kind === 'release' || op.kind === 'detach' || op.kind === 'attach') return true;
    const callee = op.kind === 'call' ? this.#callee(step) : null;
    if (callee?.kind !== 'project') return false;
    const { acquires, hands, releases, clears } = callee.summary;
    return acquires.length + hands.length + releases.length + clears.length > 0;
  }

  #onEntry(): HeldLock[] {
    const { facts, locals, parameters } = this.#body;
    const held: HeldLock[] = [];
    const add = (path: Path, by: string): void => {
      held.push({ path, kind: 'critical-section', member: null, by, step: -1, epoch: -1 });
    };
    if (facts.clinicCriticalSection !== undefined) {
      const operands = facts.clinicCriticalSection;
      if (operands.length === 0) add('p0', '@critical_section');
      for (const operand of operands) {
        const index = locals.findIndex(local => local.parameter && local.name === operand);
        add(index < 0 ? 'p0' : `p${index}`, '@critical_section');
      }
    }
    for (const value of facts.assertsLocked ?? []) add(this.#origins.path(value, 0), 'assertion');
    if (facts.lockHeldByName === true) {
      for (let index = 0; index < parameters; index++)
        if ((locals[index]?.type.pointers ?? 0) > 0) add(`p${index}`, 'its name');
      add(CALLERS_LOCK, 'its name');
    }
    return held;
  }

  heldAt(step: number): readonly HeldLock[] {
    const { held } = this.#at(step);
    const flags = this.#flags.held.get(step);
    return flags === undefined ? held : [...held, ...flags.map(flag => heldFlag(flag, step))];
  }

  /** The thread state is detached at the step on every way to it. `entered`: the function is called detached. */
  detachedAt(step: number, entered = false): boolean {
    const { fromAttached, fromDetached } = this.#at(step).detached;
    return entered ? fromDetached : fromAttached;
  }

  #at(step: number): State {
    if (!this.active) return EMPTY;
    const steps = (this.#steps ??= new Map<number, State>());
    const known = steps.get(step);
    if (known !== undefined) return known;
    const flow = flowOf(this.#body);
    const block = flow.blockOf[step] ?? -1;
    let state = this.#entry[block] ?? EMPTY;
    for (const at of flow.blocks[block]?.steps ?? []) {
      steps.set(at, state);
      state = this.#after(at, state);
    }
    return steps.get(step) ?? EMPTY;
  }

  /**
   * Held at all returns, and not on entry. A function whose name says that it locks may fail to: what it holds when it
   * succeeds is what callers go on with, and what it takes and never gives back it holds in the end.
   */
  heldAtExit(): readonly HeldLock[] {
    // Who takes a flag and never clears it leaves that to somebody else, and says in its result whether it could.
    const cleared = new Set([...this.#flags.cleared.values()].map(flag => flag.path));
    const flags = [...this.flags]
      .filter(([, flag]) => !cleared.has(flag.path))
      .map(([step, flag]) => heldFlag(flag, step));
    return [...this.#locksAtExit().filter(lock => !flags.some(flag => sameLock(flag, lock))), ...flags];
  }

  #locksAtExit(): readonly HeldLock[] {
    const takes = /(?:^|_)(?:try)?(?:lock|acquire|enter|begin|hold)(?:_|$)/i.test(this.#body.name);
    const kept = takes ? this.#neverGivenBack() : [];
    if (kept.length > 0) return kept;
    let common: readonly HeldLock[] | null = null;
    this.#body.steps.forEach((step, index) => {
      if (step.op.kind !== 'return' || (flowOf(this.#body).blockOf[index] ?? -1) < 0) return;
      const { held } = this.#at(index);
      if (common === null || (takes && common.length === 0)) common = held;
      else if (!takes || held.length > 0) common = common.filter(lock => held.some(other => sameLock(lock, other)));
    });
    return ((common ?? []) as readonly HeldLock[]).filter(lock => lock.step >= 0);
  }

  #neverGivenBack(): HeldLock[] {
    const { steps } = this.#body;
    if (steps.some(({ op }) => op.kind === 'release')) return [];
    const taken = steps.flatMap(({ op }, index) =>
      op.kind === 'acquire' && op.lock.kind !== 'critical-section' && (flowOf(this.#body).blockOf[index] ?? -1) >= 0
        ? this.#after(index, EMPTY).held
        : [],
    );
    return taken.filter((lock, index) => taken.findIndex(one => sameLock(one, lock)) === index);
  }

  #solve(start: State): (State | null)[] {
    const { blocks } = flowOf(this.#body);
    const entry: (State | null)[] = blocks.map(() => null);
    entry[0] = start;
    const waiting = new Uint8Array(blocks.length).fill(0);
    waiting[0] = 1;
    for (let again = true; again; ) {
      again = false;
      blocks.forEach((block, index) => {
        let state = entry[index];
        if (waiting[index] === 0 || state === null || state === undefined) return;
        waiting[index] = 0;
        for (const step of block.steps) state = this.#after(step, state);
        for (const next of block.next) {
          const before = entry[next] ?? null;
          const here = this.#decided(block.steps.at(-1), blocks[next]?.steps[0], state);
          const merged = before === null ? here : this.#meet(before, here, next);
          if (before !== null && sameState(before, merged)) continue;
          entry[next] = merged;
          waiting[next] = 1;
          if (next <= index) again = true;
        }
      });
    }
    return entry;
  }

  /** On the ways out of a test of a try's result, and where a lock is optional, it is known whether the lock is held. */
  #decided(last: number | undefined, next: number | undefined, state: State): State {
    const { tried } = state;
    const branch = last === undefined ? undefined : this.#body.steps[last];
    if (last === undefined || next === undefined) return state;
    if (branch?.op.kind !== 'branch' || branch.next[0] === branch.next[1]) return state;
    const optional = this.#optional.get(last);
    if (optional?.otherwise === next)
      return { ...state, held: [...state.held, ...this.#after(optional.acquire, EMPTY).held] };
    const isLocked = state.held.some(lock => lock.kind !== 'flag');
    const once = foundOnce(this.#body, this.#origins, branch.op.condition, branch.next[0] === next, isLocked);
    if (once.length > 0) return { ...state, held: [...state.held, ...once] };
    const test = tried === undefined ? null : nullTest(branch.op.condition);
    if (tried === undefined || test?.value.kind !== 'result') return state;
    const { step } = test.value;
    const nonZero = (branch.next[0] === next) !== test.trueMeansNull;
    const known = tried.filter(one => one.result === step && one.nonZero === nonZero).map(one => one.lock);
    const rest = tried.filter(one => one.result !== step);
    const held = [...state.held, ...known];
    return { held, detached: state.detached, ...(rest.length === 0 ? {} : { tried: rest }) };
  }

  /** Where the two ways out of a try meet at once, what it took is remembered with its result. */
  #meet(a: State, b: State, block: number): State {
    const merged = merge(a, b, block);
    const lost = [...a.held, ...b.held].filter(lock => !merged.held.some(one => sameLock(one, lock)));
    const first = flowOf(this.#body).blocks[block]?.steps[0] ?? -1;
    const tried = lost.flatMap((lock): Tried[] => {
      const branch = this.#body.steps[lock.step - 1];
      if (branch?.op.kind !== 'branch' || branch.op.condition.kind !== 'result') return [];
      const taken = branch.next.indexOf(lock.step);
      if (taken < 0 || branch.next[1 - taken] !== first || this.#body.steps[lock.step]?.next[0] !== first) return [];
      return [{ lock, result: branch.op.condition.step, nonZero: taken === 0 }];
    });
    const all = [...(merged.tried ?? []), ...tried];
    return all.length === 0 ? merged : { ...merged, tried: all };
  }

  #after(step: number, state: State): State {
    const op = this.#body.steps[step]?.op;
    switch (op?.kind) {
      case 'acquire': {
        const { lock } = op;
        const paths =
          lock.targets.length === 0 ? [`=${lock.by}`] : lock.targets.map(target => this.#origins.path(target, step));
        const epoch = lock.kind === 'critical-section' ? step : 0;
        const added = paths.map((path, index) => {
          const target = lock.targets[index];
          const member = target === undefined ? null : this.#memberOf(target);
          return { path, kind: lock.kind, member, by: lock.by, step, epoch };
        });
        return { ...state, held: [...state.held, ...added] };
      }
      case 'release':
        return { held: afterRelease(this.#release(step, op, state.held)), detached: state.detached };
      case 'detach':
        return { held: suspend(state.held, step), detached: { fromAttached: true, fromDetached: true } };
      case 'attach':
        return { held: suspend(state.held, step), detached: { fromAttached: false, fromDetached: false } };
      case 'call':
        return this.#call(step, op, state);
      default:
        return state;
    }
  }

  /** The struct field that a lock operand is (the address of), for mutexes and native locks. */
  #memberOf(target: Value): string | null {
    const load = target.kind === 'result' ? this.#body.steps[target.step]?.op : undefined;
    const place = target.kind === 'address' ? target.place : load?.kind === 'load' ? load.place : null;
    return place?.kind === 'field' && place.struct !== null ? `${place.struct}.${place.field}` : null;
  }

  #release(step: number, op: Op & { readonly kind: 'release' }, held: readonly HeldLock[]): readonly HeldLock[] {
    const { lock } = op;
    const ofKind = held.filter(one => one.kind === lock.kind);
    if (lock.kind === 'critical-section' || lock.targets.length === 0) {
      const last = ofKind.at(-1);
      return last === undefined ? held : held.filter(one => one.kind !== lock.kind || one.step !== last.step);
    }
    const paths = lock.targets.map(target => this.#lockPath(target, step));
    const matching = held.filter(one => paths.includes(one.path));
    if (matching.length > 0) return held.filter(one => !matching.includes(one));
    const last = ofKind.at(-1);
    // An unlock that matches nothing drops the caller's lock, unless an alias that we can't see was locked here.
    if (last === undefined) for (const path of paths) this.released.add(path);
    return last === undefined ? held : held.filter(one => one !== last);
  }

  #call(step: number, op: Op & { readonly kind: 'call' }, state: State): State {
    let held = afterStore(op, step, state.held, this.#origins);
    const callee = this.#callee(step);
    if (held.length > 0 && this.#suspends(step)) held = suspend(held, step);
    if (callee?.kind !== 'project') return held === state.held ? state : { held, detached: state.detached };
    const { acquires, releases, clears } = callee.summary;
    if (!this.#matters(op, step)) return { held, detached: state.detached };
    const args = op.args.map(argument => this.#origins.path(argument, step));
    for (const path of clears) {
      const own = substitute(path, args);
      if (own !== null && /^p\d+>&[^>]+$/.test(own)) this.cleared.add(own);
      held = held.filter(one => one.path !== own);
    }
    for (const path of releases) {
      const own = substitute(path, args);
      const matches = held.some(one => one.path === own);
      if (!matches && own !== null) this.released.add(own);
      held = held.filter(one => one.path !== own);
    }
    const added = acquires.flatMap(lock => lockOfCallee(lock, args, callee.name, step) ?? []);
    const handed = locksFromCall(callee, op.args, args, step).map(([, lock]) => lock);
    const fresh = handed.filter(lock => !added.some(one => sameLock(one, lock)));
    return { held: [...held, ...added, ...fresh], detached: state.detached };
  }

  /** Locks that callers get through out-parameters. */
  handedOver(): [number, SummaryLock][] {
    return handedLocks(this.#body, this.#origins, step => this.heldAt(step));
  }

  /** A lock by its own name, also where a variable was filled with it. */
  #lockPath(target: Value, step: number): Path {
    const path = this.#origins.path(target, step);
    return lockNamedBy(path, this.#body, this.#origins, this.#callee) ?? path;
  }
}

const NO_LOCKS: ReadonlyMap<number, OptionalLock> = new Map();

function heldFlag({ path, member, field }: Flag, step: number): HeldLock {
  return { path, kind: 'flag', member, by: `the flag \`${field}\``, step, epoch: 0 };
}

/**
 * Fields that work as locks: a number that whoever enters finds clear and sets under one lock, and that is cleared under a lock
 * after the work. Who finds it set goes away, so that from the one store to the other nobody else is there, whether or not the
 * lock is held meanwhile.
 */
import { runsPython } from '../capi/python-calls.ts';
import type { FunctionBody, Op, Value } from '../program/model.ts';
import { nullTest, truthOf } from '../program/values.ts';
import { BOUNDS } from './bounds.ts';
import { flowOf } from './flow.ts';
import type { CalleeMeaning } from './meaning.ts';
import type { Origins } from './origins.ts';
import { fieldOf, type Path, substitute } from './paths.ts';

export interface Flag {
  /** As a lock in the object that has the field: `p0>&busy`. */
  readonly path: Path;
  /** `Struct.field`. */
  readonly member: string | null;
  readonly field: string;
}

export interface BusyFlags {
  /** Stores that take a flag which was found clear, by step. */
  readonly taken: ReadonlyMap<number, Flag>;
  /** Flags by step that keep others out: taken, or found clear under a lock that is still held. */
  readonly held: ReadonlyMap<number, readonly Flag[]>;
  /** Stores of zero, under a lock, to fields that may be flags. */
  readonly cleared: ReadonlyMap<number, Flag>;
}

const NO_FLAGS: ReadonlyMap<number, Flag> = new Map();
export const NO_BUSY_FLAGS: BusyFlags = { taken: NO_FLAGS, held: new Map(), cleared: NO_FLAGS };

/** Names of the locks of this function that are held at a step. */
type HeldAt = (step: number) => ReadonlySet<string>;
type Callee = (step: number) => CalleeMeaning | null;

export function busyFlags(body: FunctionBody, origins: Origins, heldAt: HeldAt, callee: Callee): BusyFlags {
  const sets = new Map<Path, Map<number, Flag>>();
  const cleared = new Map<number, Flag>();
  const unlocked = new Set<Path>();
  const { blockOf } = flowOf(body);
  body.steps.forEach(({ op }, step) => {
    if (op.kind !== 'store' || op.place.kind !== 'field' || (blockOf[step] ?? -1) < 0) return;
    const truth = op.value.kind === 'null' ? null : truthOf(op.value);
    const flag = truth === null ? null : flagOf(op, step, origins);
    if (flag === null) return;
    if (heldAt(step).size === 0) unlocked.add(flag.path);
    else if (truth === false) cleared.set(step, flag);
    else sets.set(flag.path, new Map([...(sets.get(flag.path) ?? []), [step, flag]]));
  });
  const search = new Search(body, origins, heldAt, callee);
  const taken = new Map<number, Flag>();
  const held = new Map<number, Flag[]>();
  for (const [path, stores] of sets) {
    const [flag] = stores.values();
    const steps = flag === undefined || unlocked.has(path) ? null : search.stepsUnder(path, stores);
    if (flag === undefined || steps === null) continue;
    for (const [step, one] of stores) taken.set(step, one);
    for (const step of steps) held.set(step, [...(held.get(step) ?? []), flag]);
  }
  return taken.size === 0 && cleared.size === 0 ? NO_BUSY_FLAGS : { taken, held, cleared };
}

function flagOf(op: Op, step: number, origins: Origins): Flag | null {
  const place = op.kind === 'store' || op.kind === 'load' ? op.place : null;
  if (place?.kind !== 'field') return null;
  const { struct, field } = place;
  const base = origins.path(place.base, step);
  return base.startsWith('?')
    ? null
    : { path: fieldOf(base, `&${field}`), member: struct === null ? null : `${struct}.${field}`, field };
}

/** What is known on a way through the function: locals with constants, and whether the flag is this thread's. */
interface Way {
  readonly step: number;
  readonly known: ReadonlyMap<number, boolean>;
  /** `clear`: it was found so, under a lock that is still held. */
  readonly flag: 'unknown' | 'clear' | 'taken';
}

interface Asked {
  readonly path: Path;
  readonly stores: ReadonlyMap<number, Flag>;
  readonly lock: string;
}

class Search {
  readonly #body: FunctionBody;
  readonly #origins: Origins;
  readonly #heldAt: HeldAt;
  readonly #callee: Callee;

  constructor(body: FunctionBody, origins: Origins, heldAt: HeldAt, callee: Callee) {
    this.#body = body;
    this.#origins = origins;
    this.#heldAt = heldAt;
    this.#callee = callee;
  }

  /**
   * If on every way to the stores the flag is found clear, under a lock that is held from the test on: the steps at which it is
   * this thread's on every way. Null: it may be set by somebody else.
   */
  stepsUnder(path: Path, stores: ReadonlyMap<number, Flag>): number[] | null {
    const [first = -1] = stores.keys();
    for (const lock of this.#heldAt(first)) {
      const steps = this.#walk({ path, stores, lock });
      if (steps !== null) return steps;
    }
    return null;
  }

  #walk(asked: Asked): number[] | null {
    const seen = new Set<string>();
    const own = new Map<number, boolean>();
    const waiting: Way[] = [{ step: 0, known: new Map(), flag: 'unknown' }];
    for (let way = waiting.pop(); way !== undefined; way = waiting.pop()) {
      const { step, known, flag } = way;
      if (asked.stores.has(step) && flag === 'unknown') return null;
      const key = `${step} ${flag} ${[...known].sort(([a], [b]) => a - b).join(';')}`;
      if (seen.has(key)) continue;
      if (seen.size > BOUNDS.flagWays) return null;
      seen.add(key);
      own.set(step, flag !== 'unknown' && own.get(step) !== false);
      waiting.push(...this.#next(way, asked));
    }
    return [...own].flatMap(([step, isOwn]) => (isOwn ? [step] : []));
  }

  #next({ step, known, flag }: Way, asked: Asked): Way[] {
    const at = this.#body.steps[step];
    if (at === undefined) return [];
    const { op } = at;
    const isHeld = this.#heldAt(step).has(asked.lock);
    const isLost = (flag === 'clear' && (!isHeld || this.#letsGo(step, op))) || this.#gives(step, op, asked.path);
    const after = isLost ? 'unknown' : asked.stores.has(step) ? 'taken' : flag;
    if (op.kind === 'branch') return this.#sides(op.condition, at.next, { known, flag: after }, isHeld, asked);
    return at.next.map(next => ({ step: next, known: learnt(op, known), flag: after }));
  }

  #sides(
    condition: Value,
    next: readonly number[],
    { known, flag }: Omit<Way, 'step'>,
    isHeld: boolean,
    asked: Asked,
  ): Way[] {
    const test = nullTest(condition);
    const local = test?.value.kind === 'local' ? test.value.local : null;
    return next.flatMap((to, side): Way[] => {
      const isZero = test !== null && (side === 0) === test.trueMeansNull;
      if (local !== null && test !== null)
        return known.get(local) === isZero ? [] : [{ step: to, known: new Map(known).set(local, !isZero), flag }];
      const isFound = test !== null && isZero && isHeld && flag === 'unknown' && this.#reads(test.value, asked);
      return [{ step: to, known, flag: isFound ? 'clear' : flag }];
    });
  }

  /** The value was read from the flag while the lock was held. */
  #reads(value: Value, { path, lock }: Asked): boolean {
    const load = value.kind === 'result' ? this.#body.steps[value.step]?.op : undefined;
    if (value.kind !== 'result' || load?.kind !== 'load' || !this.#heldAt(value.step).has(lock)) return false;
    return flagOf(load, value.step, this.#origins)?.path === path;
  }

  /** The flag is cleared, here or by a helper. */
  #gives(step: number, op: Op, path: Path): boolean {
    if (op.kind === 'store') return truthOf(op.value) === false && flagOf(op, step, this.#origins)?.path === path;
    const callee = op.kind === 'call' ? this.#callee(step) : null;
    if (op.kind !== 'call' || callee?.kind !== 'project' || callee.summary.clears.length === 0) return false;
    const args = op.args.map(argument => this.#origins.path(argument, step));
    return callee.summary.clears.some(cleared => substitute(cleared, args) === path);
  }

  /**
   * Another thread may get in here although the section is open. Calls that enter the interpreter only for values of strange
   * types (conversions of numbers, releases) are passed over: between test and store they are there for the call's own values.
   */
  #letsGo(step: number, op: Op): boolean {
    if (op.kind === 'detach' || op.kind === 'attach' || op.kind === 'unread') return true;
    if (op.kind !== 'call') return false;
    const callee = this.#callee(step);
    if (callee?.kind === 'project') return callee.summary.runsPython || callee.summary.suspends === 'blocks';
    return op.callee.name === null || runsPython(op.callee.name);
  }
}

/** Constants that a local has after the step. */
function learnt(op: Op, known: ReadonlyMap<number, boolean>): ReadonlyMap<number, boolean> {
  if (op.kind === 'call') return withoutFilled(op.args, known);
  if ((op.kind !== 'store' && op.kind !== 'update') || op.place.kind !== 'local') return known;
  const truth = op.kind === 'store' ? truthOf(op.value) : null;
  const after = new Map(known);
  if (truth === null) after.delete(op.place.local);
  else after.set(op.place.local, truth);
  return after;
}

/** A call may fill the locals whose addresses it gets. */
function withoutFilled(args: readonly Value[], known: ReadonlyMap<number, boolean>): ReadonlyMap<number, boolean> {
  const filled = args.flatMap(one => (one.kind === 'address' && one.place.kind === 'local' ? [one.place.local] : []));
  if (!filled.some(local => known.has(local))) return known;
  return new Map([...known].filter(([local]) => !filled.includes(local)));
}

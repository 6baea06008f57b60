/**
 * Which steps can still run from a step on, given the numbers that variables hold there: `ok = a || b; if (ok) …` is decided
 * where `a` is. Numbers are followed through plain copies only.
 */
import type { FunctionBody, Op, Value } from '../../program/model.ts';
import { localsIn } from './dependences.ts';

/** Pairs of a step and what variables hold; more are as good as every way. */
const MOST_STATES = 4_000;
/** Answers that are kept of a function. */
const MOST_KNOWN = 2_000;

export type Numbers = ReadonlyMap<number, number>;

/** What variables hold, equal ones once. */
interface Held {
  readonly id: number;
  readonly numbers: Numbers;
}

const REACHES = new WeakMap<FunctionBody, Reach>();

/** The same object for the same body: threads are translated many times. */
export function reachOf(body: FunctionBody): Reach {
  let reach = REACHES.get(body);
  if (reach === undefined) REACHES.set(body, (reach = new Reach(body)));
  return reach;
}

export class Reach {
  readonly #body: FunctionBody;
  /** By step: variables that a test further on may ask for before they are set anew. */
  readonly #live: readonly ReadonlySet<number>[];
  /** By step: such variables that it sets. */
  readonly #sets: readonly (readonly number[])[];
  readonly #held = new Map<string, Held>();
  readonly #known = new Map<number, ReadonlySet<number>>();

  constructor(body: FunctionBody) {
    const tested = testedLocals(body);
    this.#body = body;
    this.#sets = body.steps.map(({ op }) => setsOf(op).filter(local => tested.has(local)));
    this.#live = liveIn(body, tested, this.#sets);
  }

  from(start: number, numbers: Numbers): ReadonlySet<number> {
    const held = this.#hold(start, numbers);
    const key = this.#key(start, held);
    let found = this.#known.get(key);
    if (found !== undefined) return found;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, (found = this.#walk(start, held)));
    return found;
  }

  #walk(start: number, held: Held): ReadonlySet<number> {
    const steps = new Set([start]);
    const seen = new Set([this.#key(start, held)]);
    const waiting: { at: number; held: Held }[] = [{ at: start, held }];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const step = this.#body.steps[one.at];
      if (step === undefined) continue;
      // With too many states to tell apart, what variables hold is forgotten.
      const after = seen.size > MOST_STATES ? NOTHING : this.#after(one.at, step.op, one.held.numbers);
      const taken = step.op.kind === 'branch' ? valueOf(step.op.condition, after) : null;
      const next = taken === null ? step.next : step.next.slice(taken === 0 ? 1 : 0, taken === 0 ? 2 : 1);
      for (const at of next) {
        const then = this.#hold(at, after, one.held);
        const key = this.#key(at, then);
        if (seen.has(key)) continue;
        seen.add(key);
        steps.add(at);
        waiting.push({ at, held: then });
      }
    }
    return steps;
  }

  #after(at: number, op: Op, numbers: Numbers): Numbers {
    const own = this.#sets[at] ?? [];
    if (own.length === 0) return numbers;
    const after = new Map(numbers);
    for (const local of own) {
      const value = op.kind === 'store' ? valueOf(op.value, numbers) : null;
      if (value === null) after.delete(local);
      else after.set(local, value);
    }
    return after;
  }

  /** What of the numbers still matters at the step. `before`: where they may be just as they were. */
  #hold(at: number, numbers: Numbers, before?: Held): Held {
    const live = this.#live[at] ?? NONE;
    let all = true;
    for (const local of numbers.keys()) all &&= live.has(local);
    if (all && before?.numbers === numbers) return before;
    const own = [...numbers].filter(([local]) => live.has(local)).sort(([a], [b]) => a - b);
    const key = own.flat().join(' ');
    let held = this.#held.get(key);
    if (held === undefined) this.#held.set(key, (held = { id: this.#held.size, numbers: new Map(own) }));
    return held;
  }

  #key(at: number, { id }: Held): number {
    return id * (this.#body.steps.length + 1) + at;
  }
}

const NONE: ReadonlySet<number> = new Set();
const NOTHING: Numbers = new Map();

/** Variables that the step sets, or hands to somebody who may. */
function setsOf(op: Op): number[] {
  if (op.kind === 'call')
    return op.args.flatMap(arg => (arg.kind === 'address' && arg.place.kind === 'local' ? [arg.place.local] : []));
  return (op.kind === 'store' || op.kind === 'update') && op.place.kind === 'local' ? [op.place.local] : [];
}

/** Variables that tests ask for, and what is copied to them. */
function testedLocals(body: FunctionBody): ReadonlySet<number> {
  const found = new Set(body.steps.flatMap(({ op }) => (op.kind === 'branch' ? localsIn(op.condition) : [])));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { op } of body.steps)
      if (op.kind === 'store' && op.place.kind === 'local' && found.has(op.place.local) && op.value.kind === 'local')
        found.add(op.value.local);
  }
  return found;
}

/** By step: variables whose value when the step begins may come to be tested. */
function liveIn(
  body: FunctionBody,
  tested: ReadonlySet<number>,
  sets: readonly (readonly number[])[],
): ReadonlySet<number>[] {
  const live = body.steps.map(() => new Set<number>());
  const before: number[][] = body.steps.map(() => []);
  const waiting: (readonly [number, number])[] = [];
  for (const [at, { op, next }] of body.steps.entries()) {
    for (const to of next) before[to]?.push(at);
    const used = op.kind === 'branch' ? op.condition : op.kind === 'store' ? op.value : null;
    for (const local of used === null ? [] : localsIn(used)) if (tested.has(local)) waiting.push([at, local]);
  }
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    const [at, local] = one;
    if (live[at]?.has(local) !== false) continue;
    live[at]?.add(local);
    for (const from of before[at] ?? []) if (sets[from]?.includes(local) !== true) waiting.push([from, local]);
  }
  return live;
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function valueOf(value: Value, numbers: Numbers): number | null {
  if (value.kind === 'int') return value.value;
  if (value.kind === 'null') return 0;
  if (value.kind === 'symbol') return /^(?:false|NULL)$/.test(value.name) ? 0 : value.name === 'true' ? 1 : null;
  if (value.kind === 'local') return numbers.get(value.local) ?? null;
  if (value.kind !== 'operation') return null;
  const [a, b] = value.operands.map(operand => valueOf(operand, numbers));
  if (a === null || a === undefined || b === null) return null;
  if (b === undefined) return value.operator === '!' ? Number(a === 0) : value.operator === '-' ? -a : null;
  const compare = COMPARE[value.operator];
  return compare === undefined ? null : Number(compare(a, b));
}

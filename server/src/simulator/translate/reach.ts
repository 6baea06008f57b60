/**
 * Which steps can still run from a step on, given the numbers that variables hold there: `ok = a || b; if (ok) …` is decided
 * where `a` is. Numbers are followed through plain copies only.
 */
import type { FunctionBody, Op, Value } from '../../program/model.ts';

/** Pairs of a step and what variables hold; more are as good as every way. */
const MOST_STATES = 4_000;

export type Numbers = ReadonlyMap<number, number>;

export class Reach {
  readonly #body: FunctionBody;
  /** Variables that tests ask for, and what is copied to them. */
  readonly #tested: ReadonlySet<number>;
  readonly #known = new Map<string, ReadonlySet<number>>();

  constructor(body: FunctionBody) {
    this.#body = body;
    this.#tested = testedLocals(body);
  }

  from(start: number, numbers: Numbers): ReadonlySet<number> {
    const own = new Map([...numbers].filter(([local]) => this.#tested.has(local)));
    const key = keyOf(start, own);
    let found = this.#known.get(key);
    if (found === undefined) this.#known.set(key, (found = this.#walk(start, own)));
    return found;
  }

  #walk(start: number, numbers: Numbers): ReadonlySet<number> {
    const steps = new Set([start]);
    const seen = new Set([keyOf(start, numbers)]);
    const waiting: { at: number; numbers: Numbers }[] = [{ at: start, numbers }];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const step = this.#body.steps[one.at];
      if (step === undefined) continue;
      // With too many states to tell apart, what variables hold is forgotten.
      const after = seen.size > MOST_STATES ? NOTHING : this.#after(step.op, one.numbers);
      const taken = step.op.kind === 'branch' ? valueOf(step.op.condition, after) : null;
      const next = taken === null ? step.next : step.next.slice(taken === 0 ? 1 : 0, taken === 0 ? 2 : 1);
      for (const at of next) {
        const key = keyOf(at, after);
        if (seen.has(key)) continue;
        seen.add(key);
        steps.add(at);
        waiting.push({ at, numbers: after });
      }
    }
    return steps;
  }

  #after(op: Op, numbers: Numbers): Numbers {
    const changed = op.kind === 'call' ? addressed(op) : [];
    if ((op.kind === 'store' || op.kind === 'update') && op.place.kind === 'local') changed.push(op.place.local);
    const own = changed.filter(local => this.#tested.has(local));
    if (own.length === 0) return numbers;
    const after = new Map(numbers);
    for (const local of own) {
      const value = op.kind === 'store' ? valueOf(op.value, numbers) : null;
      if (value === null) after.delete(local);
      else after.set(local, value);
    }
    return after;
  }
}

const NOTHING: Numbers = new Map();

function keyOf(at: number, numbers: Numbers): string {
  return `${at} ${[...numbers]
    .sort(([a], [b]) => a - b)
    .map(([local, value]) => `${local}:${value}`)
    .join(' ')}`;
}

function addressed(op: Op & { kind: 'call' }): number[] {
  return op.args.flatMap(arg => (arg.kind === 'address' && arg.place.kind === 'local' ? [arg.place.local] : []));
}

function testedLocals(body: FunctionBody): ReadonlySet<number> {
  const found = new Set<number>();
  const add = (value: Value): void => {
    if (value.kind === 'local') found.add(value.local);
    if (value.kind === 'operation') value.operands.forEach(add);
  };
  for (const { op } of body.steps) if (op.kind === 'branch') add(op.condition);
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { op } of body.steps)
      if (op.kind === 'store' && op.place.kind === 'local' && found.has(op.place.local) && op.value.kind === 'local')
        found.add(op.value.local);
  }
  return found;
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

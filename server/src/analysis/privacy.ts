/**
 * Objects that only this thread can see: made in the function and not yet handed on. May-analysis of publication: an object
 * counts as private at a step when no way to the step has published it.
 */
import { containerOfStore, keptArguments } from '../capi/objects.ts';
import type { FunctionBody, Op, Place, Value } from '../program/model.ts';
import { Bits, flowOf, solve } from './flow.ts';
import type { CalleeMeaning } from './meaning.ts';
import type { Origin, Origins } from './origins.ts';

/** Something whose publication is tracked: `c12` an allocation by step 12, `p0` a parameter. */
type Birth = string;

/** Outside functions that are not part of any known API keep what they get when their name says so. */
const KEEPING_NAME =
  /(?:^|_)(?:add|append|insert|push|put|set|store|register|publish|cache|enqueue|attach|install|link|track|intern|start)(?:_|$)/i;

export class Privacy {
  readonly #body: FunctionBody;
  readonly #origins: Origins;
  readonly #callee: (step: number) => CalleeMeaning | null;
  readonly #births = new Map<Birth, number>();
  readonly #published = new Map<number, Set<number>>();
  #entry: Bits[] = [];

  constructor(body: FunctionBody, origins: Origins, callee: (step: number) => CalleeMeaning | null) {
    this.#body = body;
    this.#origins = origins;
    this.#callee = callee;
    this.#findPublications();
    if (this.#published.size > 0) {
      this.#entry = solve(flowOf(body), this.#births.size, new Bits(this.#births.size), (step, bits) =>
        this.#transfer(step, bits),
      );
    }
  }

  /** Parameters that are visible to others when the function returns (in some way through it). */
  keptParameters(): number[] {
    const kept = new Set<number>();
    for (const births of this.#published.values()) {
      for (const [birth, bit] of this.#births)
        if (births.has(bit) && birth.startsWith('p')) kept.add(Number(birth.slice(1)));
    }
    return [...kept].sort((a, b) => a - b);
  }

  /** The object with this birth may be visible to other threads when the step runs. */
  isPublished(birth: Birth, step: number): boolean {
    const bit = this.#births.get(birth);
    if (bit === undefined || this.#published.size === 0) return false;
    const flow = flowOf(this.#body);
    const block = flow.blockOf[step] ?? -1;
    const bits = this.#entry[block]?.copy();
    if (bits === undefined) return false;
    for (const before of flow.blocks[block]?.steps ?? []) {
      if (before === step) break;
      this.#transfer(before, bits);
    }
    return bits.has(bit);
  }

  #transfer(step: number, bits: Bits): void {
    // Running the allocation again makes a new object.
    const born = this.#births.get(`c${step}`);
    if (born !== undefined) bits.delete(born);
    for (const bit of this.#published.get(step) ?? []) bits.add(bit);
  }

  #findPublications(): void {
    /** Into which other tracked objects an object is put. */
    const inside = new Map<number, Set<number>>();
    const put = (step: number, value: Value, container: Value | null): void => {
      const items = this.#birthsOf(value, step);
      if (items.length === 0) return;
      const into = container === null ? [] : this.#birthsOf(container, step);
      const onlyTracked = container !== null && into.length > 0 && this.#isTracked(container, step);
      for (const item of items) {
        if (onlyTracked) into.forEach(one => addTo(inside, item, one));
        else addTo(this.#published, step, item);
      }
    };
    this.#body.steps.forEach((step, index) => {
      const op = step.op;
      if (op.kind === 'store' && op.place.kind !== 'local') put(index, op.value, containerOf(op.place));
      else if (op.kind === 'call') this.#call(index, op, put);
    });
    this.#closeOver(inside);
  }

  #call(
    step: number,
    op: Op & { readonly kind: 'call' },
    put: (step: number, value: Value, container: Value | null) => void,
  ): void {
    const callee = this.#callee(step);
    const name = op.callee.name;
    let kept: readonly number[];
    if (callee?.kind === 'project') kept = callee.summary.keeps;
    else if (callee?.kind === 'cast') kept = [];
    else {
      const known = name === null ? undefined : keptArguments(name, op.args.length);
      kept = known ?? (name !== null && KEEPING_NAME.test(name) ? op.args.map((_, index) => index) : []);
    }
    const container = name === null || callee?.kind === 'project' ? null : containerOfStore(name);
    for (const index of kept) {
      const argument = op.args[index];
      if (argument !== undefined) put(step, argument, container === null ? null : (op.args[container] ?? null));
    }
  }

  /** What is inside a published object is published with it. */
  #closeOver(inside: ReadonlyMap<number, ReadonlySet<number>>): void {
    if (inside.size === 0) return;
    for (let changed = true; changed; ) {
      changed = false;
      for (const births of this.#published.values()) {
        for (const [item, containers] of inside) {
          if (births.has(item) || ![...containers].some(container => births.has(container))) continue;
          births.add(item);
          changed = true;
        }
      }
    }
  }

  #birthsOf(value: Value, step: number): number[] {
    return this.#origins.of(value, step).flatMap(origin => {
      const birth = birthOf(origin);
      return birth === null ? [] : [this.#bit(birth)];
    });
  }

  #isTracked(value: Value, step: number): boolean {
    return this.#origins
      .of(value, step)
      .every(origin => birthOf(origin) !== null || origin.kind === 'stack' || origin.kind === 'constant');
  }

  #bit(birth: Birth): number {
    const known = this.#births.get(birth);
    if (known !== undefined) return known;
    this.#births.set(birth, this.#births.size);
    return this.#births.size - 1;
  }
}

/** The tracked object that a value is, or is inside of. */
export function birthOf(origin: Origin): Birth | null {
  if (origin.kind === 'parameter') return `p${origin.index}`;
  if (origin.kind === 'inside') return birthOf(origin.base);
  if (origin.kind !== 'call' || origin.argument !== -1) return null;
  return origin.returned.kind === 'fresh' || origin.returned.kind === 'memory' ? `c${origin.step}` : null;
}

function containerOf(place: Place): Value | null {
  if (place.kind === 'field' || place.kind === 'element') return place.base;
  return place.kind === 'deref' ? place.pointer : null;
}

function addTo(map: Map<number, Set<number>>, key: number, value: number): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

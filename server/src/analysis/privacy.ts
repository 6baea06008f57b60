/**
 * Objects that only this thread can see: made in the function and not yet handed on. May-analysis of publication: an object
 * counts as private at a step when no way to the step has published it.
 */
import { containerOfStore, keptArguments } from '../capi/objects.ts';
import type { FunctionBody, Op, Place, Value } from '../program/model.ts';
import { Bits, flowOf, solve } from './flow.ts';
import type { CalleeMeaning } from './meaning.ts';
import type { Origin, Origins } from './origins.ts';

/**
 * Something whose publication is tracked: `c12` an allocation by step 12, `p0` a parameter; `c12@p0` the same after it was put
 * into what parameter 0 leads to.
 */
type Birth = string;

/** Outside functions that are not part of any known API keep what they get when their name says so. */
const KEEPING_NAME =
  /(?:^|_)(?:add|append|insert|push|put|set|store|register|publish|cache|enqueue|attach|install|link|track|intern|start)(?:_|$)/i;

export class Privacy {
  readonly #body: FunctionBody;
  readonly #origins: Origins;
  readonly #callee: (step: number) => CalleeMeaning | null;
  readonly #births = new Map<Birth, number>();
  readonly #bornAt = new Map<number, Set<number>>();
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
      for (const [birth, bit] of this.#births) {
        const parameter = /^p(\d+)/.exec(birth)?.[1];
        if (births.has(bit) && parameter !== undefined) kept.add(Number(parameter));
      }
    }
    return [...kept].sort((a, b) => a - b);
  }

  /**
   * The object with this birth may be visible to other threads when the step runs. What was put into an object that a
   * parameter leads to is visible unless that parameter is private.
   */
  isPublished(birth: Birth, step: number, isPrivate: (parameter: number) => boolean): boolean {
    if (this.#published.size === 0) return false;
    const asked = [...this.#births].filter(([name]) => name === birth || name.startsWith(`${birth}@`));
    const flow = flowOf(this.#body);
    const block = flow.blockOf[step] ?? -1;
    const bits = asked.length === 0 ? undefined : this.#entry[block]?.copy();
    if (bits === undefined) return false;
    for (const before of flow.blocks[block]?.steps ?? []) {
      if (before === step) break;
      this.#transfer(before, bits);
    }
    return asked.some(([name, bit]) => {
      const parameter = /@p(\d+)$/.exec(name)?.[1];
      return bits.has(bit) && (parameter === undefined || !isPrivate(Number(parameter)));
    });
  }

  #transfer(step: number, bits: Bits): void {
    // Running the allocation again makes a new object.
    for (const bit of this.#bornAt.get(step) ?? []) bits.delete(bit);
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
        if (!onlyTracked) addTo(this.#published, step, this.#bit(item));
        for (const one of onlyTracked ? into : []) {
          if (one.startsWith('p')) addTo(this.#published, step, this.#bit(`${item}@${one}`));
          else addTo(inside, this.#bit(item), this.#bit(one));
        }
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

  #birthsOf(value: Value, step: number): Birth[] {
    return this.#origins.of(value, step).flatMap(origin => {
      const birth = birthOf(origin);
      return birth === null ? [] : [birth];
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
    const bit = this.#births.size;
    this.#births.set(birth, bit);
    const born = /^c(\d+)/.exec(birth)?.[1];
    if (born !== undefined) addTo(this.#bornAt, Number(born), bit);
    return bit;
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

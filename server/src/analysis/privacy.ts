/**
 * Objects that only this thread can see: made in the function and not yet handed on. May-analysis of publication: an object
 * counts as private at a step when no way to the step has published it.
 */
import { callsPython, containerOfStore, isObjectOfExtension, keptArguments, methodReceiver } from '../capi/objects.ts';
import type { FunctionBody, Op, Place, Value } from '../program/model.ts';
import { Bits, flowOf, solve } from './flow.ts';
import type { CalleeMeaning } from './meaning.ts';
import type { Origin, Origins } from './origins.ts';
import { type Slot, type Slots, slotOf } from './slots.ts';

/**
 * Something whose publication is tracked: `c12` an allocation by step 12, `p0` a parameter, `s3` a struct or array that is local 3
 * itself; `c12@p0` the same after it was put into what parameter 0 leads to, `p0!` after Python code has seen it.
 */
type Birth = string;

/** Outside functions that are not part of any known API keep what they get when their name says so. */
const KEEPING_NAME =
  /(?:^|_)(?:add|append|insert|push|put|set|store|register|publish|cache|enqueue|attach|install|link|track|intern|start)(?:_|$)/i;

type FindBirth = (origin: Origin) => Birth | null;

/** The value gets into the container (null: into something that anybody may see). */
type Put = (step: number, value: Value, container: Value | null, birth?: FindBirth) => void;

/** What an object or an array has in a slot was given to others by the step. */
interface Given {
  readonly step: number;
  readonly base: Origin;
  readonly slot: Slot;
}

const FIRST_ELEMENT: Slot = '[0]';
const NO_BIRTHS = new Map<Birth, number>();
const NO_BITS = new Map<number, Set<number>>();
const NO_GIVEN: Given[] = [];

export class Privacy {
  readonly #body: FunctionBody;
  readonly #origins: Origins;
  readonly #slots: Slots;
  readonly #callee: (step: number) => CalleeMeaning | null;
  #births = new Map<Birth, number>();
  #bornAt = new Map<number, Set<number>>();
  #published = new Map<number, Set<number>>();
  #entry: Bits[] = [];
  #given = NO_GIVEN;

  constructor(body: FunctionBody, origins: Origins, slots: Slots, callee: (step: number) => CalleeMeaning | null) {
    this.#body = body;
    this.#origins = origins;
    this.#slots = slots;
    this.#callee = callee;
    this.#findPublications();
    if (this.#published.size > 0) {
      this.#entry = solve(flowOf(body), this.#births.size, new Bits(this.#births.size), (step, bits) =>
        this.#transfer(step, bits),
      );
    } else {
      // Most functions publish nothing: then nothing is asked of what they made, and they share the empty maps.
      this.#births = NO_BIRTHS;
      this.#bornAt = NO_BITS;
      this.#published = NO_BITS;
    }
  }

  /** Parameters that are visible to others when the function returns (in some way through it). */
  keptParameters(): number[] {
    const kept = new Set<number>();
    for (const [birth] of this.#everPublished()) {
      const parameter = /^p(\d+)$/.exec(birth)?.[1];
      if (parameter !== undefined) kept.add(Number(parameter));
    }
    return [...kept].sort((a, b) => a - b);
  }

  /** Pairs of parameters: the first is put into what the second leads to. */
  parametersPutInto(): (readonly [number, number])[] {
    const pairs = this.#everPublished().flatMap(([birth]): (readonly [number, number])[] => {
      const match = /^p(\d+)@p(\d+)$/.exec(birth);
      return match === null ? [] : [[Number(match[1]), Number(match[2])]];
    });
    return pairs.sort(([a, b], [c, d]) => a - c || b - d);
  }

  /** Parameters that Python code gets to see: those of them that are containers may be kept and changed there. */
  shownParameters(): number[] {
    const shown = this.#everPublished().flatMap(([birth]) => {
      const parameter = /^p(\d+)!$/.exec(birth)?.[1];
      return parameter === undefined ? [] : [Number(parameter)];
    });
    return shown.sort((a, b) => a - b);
  }

  /** Slots of parameters whose objects others can see when the function returns. */
  givenSlots(): (readonly [number, Slot])[] {
    const out = new Map<string, readonly [number, Slot]>();
    for (const { base, slot } of this.#given)
      if (base.kind === 'parameter') out.set(`${base.index} ${slot}`, [base.index, slot]);
    return [...out.values()].sort(([a, one], [b, other]) => a - b || (one < other ? -1 : 1));
  }

  /** What that object has in that slot may have been given to others before the step runs. */
  isGiven(base: Origin, slot: Slot, step: number): boolean {
    if (this.#given.length === 0) return false;
    const key = JSON.stringify(base);
    return this.#given.some(
      given => given.slot === slot && JSON.stringify(given.base) === key && this.#leads(given.step, step),
    );
  }

  /** The one step can run after the other. */
  #leads(from: number, to: number): boolean {
    const { blocks, blockOf, positionOf } = flowOf(this.#body);
    const [start = -1, end = -1] = [blockOf[from], blockOf[to]];
    if (start === end && (positionOf[from] ?? 0) < (positionOf[to] ?? 0)) return true;
    const seen = new Set<number>();
    const waiting = [...(blocks[start]?.next ?? [])];
    for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
      if (block === end) return true;
      if (seen.has(block)) continue;
      seen.add(block);
      waiting.push(...(blocks[block]?.next ?? []));
    }
    return false;
  }

  #everPublished(): [Birth, number][] {
    const bits = new Set([...this.#published.values()].flatMap(set => [...set]));
    return [...this.#births].filter(([, bit]) => bits.has(bit));
  }

  /**
   * The object with this birth may be visible to other threads when the step runs. What was put into an object that a
   * parameter leads to is visible unless that parameter is private.
   */
  isPublished(birth: Birth, step: number, isPrivate: (parameter: number) => boolean): boolean {
    if (this.#published.size === 0) return false;
    const asked = [...this.#births].filter(
      ([name]) => name === birth || name === `${birth}!` || name.startsWith(`${birth}@`),
    );
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
    const put: Put = (step, value, container, birth = birthOf): void => {
      const into = container === null ? [] : this.#birthsOf(container, step, birth);
      const items = [...this.#birthsOf(value, step, birthOf), ...this.#give(value, step, into)];
      if (items.length === 0) return;
      const onlyTracked = container !== null && into.length > 0 && this.#isTracked(container, step, birth);
      for (const item of items) {
        if (!onlyTracked) addTo(this.#published, step, this.#bit(item));
        for (const one of onlyTracked ? into : []) {
          // A pointer of an object to itself, or into itself, leads nobody there who was not there before.
          if (one === item) continue;
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

  #call(step: number, op: Op & { readonly kind: 'call' }, put: Put): void {
    const callee = this.#callee(step);
    const { name } = op.callee;
    const { args } = op;
    if (callee?.kind === 'project') {
      for (const index of callee.summary.keeps) if (args[index] !== undefined) put(step, args[index], null);
      for (const [item, container] of callee.summary.putsInto)
        if (args[item] !== undefined) put(step, args[item], args[container] ?? null);
      for (const index of callee.summary.shows) if (args[index] !== undefined) this.#show(args[index], step);
      for (const [index, slot] of callee.summary.gives) {
        for (const base of args[index] === undefined ? [] : this.#origins.of(args[index], step))
          for (const item of this.#giveSlot(base, slot, step)) addTo(this.#published, step, this.#bit(item));
      }
      return;
    }
    if (callee?.kind === 'cast' || name === null) return;
    if (callsPython(name)) {
      const receiver = methodReceiver(name);
      args.forEach((value, index) => {
        if (index !== receiver?.argument) this.#show(value, step);
        else if (receiver.inArray) this.#showAllButFirst(value, step);
        else this.#showReceiver(value, step, step);
      });
      return;
    }
    const known = keptArguments(name, args.length);
    if (known !== undefined) {
      const container = containerOfStore(name);
      for (const index of known)
        if (args[index] !== undefined) put(step, args[index], container === null ? null : (args[container] ?? null));
    } else if (KEEPING_NAME.test(name)) {
      // `SSL_set_app_data(self->ssl, self)`: what belongs to an object leads to nobody else.
      for (const [index, value] of args.entries()) put(step, value, index === 0 ? null : (args[0] ?? null), rootOf);
    }
  }

  /** Python code gets the value: only of a container need one think that others change it then. What a parameter is, callers know. `at`: where the value stands. */
  #show(value: Value, step: number, at = step): void {
    if (!this.#mayBeContainer(value, at)) return;
    const seen = this.#origins.of(value, at).flatMap(origin => {
      const birth = birthOf(origin);
      return birth === null ? [] : origin.kind === 'parameter' ? [`${birth}!`] : [birth];
    });
    for (const birth of [...seen, ...this.#give(value, at, [])]) addTo(this.#published, step, this.#bit(birth));
  }

  /** A list or dict does not hand itself on when `sort` or `update` is called on it; what a class in Python made may. */
  #showReceiver(value: Value, at: number, step: number): void {
    for (const origin of this.#origins.of(value, at)) {
      const birth = origin.kind === 'call' && origin.returned.kind === 'made' ? birthOf(origin) : null;
      if (birth !== null) addTo(this.#published, step, this.#bit(birth));
    }
  }

  /** The array has a receiver in front. Of an array that others have filled one does not know what else is in it. */
  #showAllButFirst(array: Value, step: number): void {
    const bases = this.#origins.of(array, step);
    if (bases.some(base => base.kind !== 'stack' || this.#slots.writtenIn(base).length === 0)) this.#show(array, step);
    else
      for (const base of bases)
        for (const slot of this.#slots.writtenIn(base))
          for (const { value, step: at } of this.#slots.storesTo(base, slot)) {
            if (value === null) continue;
            if (slot === FIRST_ELEMENT) this.#showReceiver(value, at, step);
            else this.#show(value, step, at);
          }
  }

  /** Notes what is taken out of an object to be put elsewhere; what this function had put there goes with it. */
  #give(value: Value, step: number, into: readonly Birth[]): Birth[] {
    return this.#origins.of(value, step).flatMap(origin => {
      const slot = slotOf(origin);
      if (slot === null || (origin.kind !== 'field' && origin.kind !== 'element')) return [];
      const owner = birthOf(origin.base);
      return owner !== null && into.includes(owner) ? [] : this.#giveSlot(origin.base, slot, step);
    });
  }

  #giveSlot(base: Origin, slot: Slot, step: number): Birth[] {
    if (base.kind !== 'parameter' && base.kind !== 'stack' && base.kind !== 'call') return [];
    if (this.#given === NO_GIVEN) this.#given = [];
    this.#given.push({ step, base, slot });
    return this.#slots
      .storesTo(base, slot)
      .flatMap(stored => (stored.value === null ? [] : this.#birthsOf(stored.value, stored.step, birthOf)));
  }

  /** A list or dict rather than an object of a type of the extension: seen from its constructor or its declared type. */
  #mayBeContainer(value: Value, step: number): boolean {
    return !this.#origins.of(value, step).every(origin => {
      const at = origin.kind === 'call' ? this.#body.steps[origin.step]?.op : undefined;
      if (origin.kind === 'call' && origin.returned.kind === 'fresh' && origin.returned.own === true) return true;
      if (at?.kind === 'call') return at.callee.name !== null && isObjectOfExtension(at.callee.name);
      const type = origin.kind === 'parameter' ? this.#body.locals[origin.index]?.type : undefined;
      return type !== undefined && type.base !== 'PyObject' && type.base !== 'void';
    });
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

  #birthsOf(value: Value, step: number, find: FindBirth): Birth[] {
    return this.#origins.of(value, step).flatMap(origin => find(origin) ?? []);
  }

  #isTracked(value: Value, step: number, find: FindBirth): boolean {
    return this.#origins.of(value, step).every(origin => find(origin) !== null || origin.kind === 'constant');
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

/** The tracked object that a value is, is inside of or belongs to as a field. */
function rootOf(origin: Origin): Birth | null {
  return origin.kind === 'field' ? rootOf(origin.base) : birthOf(origin);
}

/** The tracked object that a value is, or is inside of. */
export function birthOf(origin: Origin): Birth | null {
  if (origin.kind === 'parameter') return `p${origin.index}`;
  if (origin.kind === 'stack') return `s${origin.local}`;
  if (origin.kind === 'inside') return birthOf(origin.base);
  if (origin.kind !== 'call' || origin.argument !== -1) return null;
  const { kind } = origin.returned;
  return kind === 'fresh' || kind === 'memory' || kind === 'made' ? `c${origin.step}` : null;
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

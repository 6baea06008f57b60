/**
 * What one function puts into the structs and arrays that it works with, and what it takes out of them and gives to others. A
 * struct that only one thread has says nothing about what is in it: that is as private as what was put there.
 */
import { sharesResult } from '../capi/objects.ts';
import type { FunctionBody, Place, Value } from '../program/model.ts';
import { constantIndex, isNull } from '../program/values.ts';
import { flowOf } from './flow.ts';
import type { CalleeMeaning, Returned } from './meaning.ts';
import type { Origin, Origins } from './origins.ts';

/** A field (`items`), an element (`[2]`), or any element (`[]`). */
export type Slot = string;

/** What an assignment stored, or what a call stores there as the caller knows it. */
export type Stored =
  | { readonly step: number; readonly value: Value; readonly returned: null }
  | { readonly step: number; readonly value: null; readonly returned: Returned };

export const ANY_ELEMENT: Slot = '[]';
const OTHER: Returned = { kind: 'other' };
const NONE: readonly Stored[] = [];

export function slotOf(origin: Origin): Slot | null {
  if (origin.kind === 'field') return origin.field;
  return origin.kind === 'element' ? elementSlot(origin.at) : null;
}

function elementSlot(at: number | null): Slot {
  return at === null ? ANY_ELEMENT : `[${at}]`;
}

/** The origin that the slot of an array, or of an object of that struct, is. */
export function inSlot(base: Origin, slot: Slot, struct: string): Origin {
  const index = /^\[(\d*)\]$/.exec(slot)?.[1];
  if (index === undefined) return { kind: 'field', base, struct, field: slot };
  return { kind: 'element', base, at: index === '' ? null : Number(index) };
}

interface Written {
  readonly base: Value;
  readonly slot: Slot;
  readonly stored: Stored;
}

export class Slots {
  readonly #body: FunctionBody;
  readonly #origins: Origins;
  readonly #callee: (step: number) => CalleeMeaning | null;
  /** By slot; made when the first is asked for. */
  #written: Map<Slot, Written[]> | null = null;

  constructor(body: FunctionBody, origins: Origins, callee: (step: number) => CalleeMeaning | null) {
    this.#body = body;
    this.#origins = origins;
    this.#callee = callee;
  }

  /** Everything but NULL that the function, or a helper that it calls, puts into that slot of that object. */
  storesTo(base: Origin, slot: Slot): readonly Stored[] {
    const written = this.#all();
    const key = JSON.stringify(base);
    const asked = slot === ANY_ELEMENT ? [...written.keys()].filter(isElement) : [slot];
    if (slot !== ANY_ELEMENT && isElement(slot)) asked.push(ANY_ELEMENT);
    const found = asked.flatMap(one => (written.get(one) ?? []).filter(store => this.#is(store, key)));
    return found.length === 0 ? NONE : found.map(({ stored }) => stored);
  }

  /** Slots of that object which the function stores into. */
  writtenIn(base: Origin): Slot[] {
    const key = JSON.stringify(base);
    const found = [...this.#all()].filter(([, stores]) => stores.some(store => this.#is(store, key)));
    return found.map(([slot]) => slot).sort();
  }

  /** Slots of parameters which the function stores into, with what. */
  writtenThrough(): { readonly parameter: number; readonly slot: Slot; readonly stored: Stored }[] {
    return [...this.#all().values()].flat().flatMap(({ base, slot, stored }) => {
      const [origin, another] = this.#origins.of(base, stored.step);
      return origin?.kind === 'parameter' && another === undefined ? [{ parameter: origin.index, slot, stored }] : [];
    });
  }

  #is({ base, stored }: Written, key: string): boolean {
    return this.#origins.of(base, stored.step).some(origin => JSON.stringify(origin) === key);
  }

  #all(): Map<Slot, Written[]> {
    if (this.#written !== null) return this.#written;
    const written = (this.#written = new Map<Slot, Written[]>());
    const add = (base: Value, slot: Slot, stored: Stored): void => {
      const list = written.get(slot);
      if (list === undefined) written.set(slot, [{ base, slot, stored }]);
      else list.push({ base, slot, stored });
    };
    const { blockOf } = flowOf(this.#body);
    this.#body.steps.forEach(({ op }, step) => {
      if ((blockOf[step] ?? -1) < 0) return;
      if (op.kind === 'store' && !isNull(op.value)) {
        const into = slotOfPlace(op.place);
        if (into !== null) add(into.base, into.slot, { step, value: op.value, returned: null });
      } else if (op.kind === 'call') this.#call(step, op.args, op.callee.name, add);
    });
    return written;
  }

  /** What helpers put into the arguments they get, and what calls store where an argument points to: `fill(&it->first)`. */
  #call(
    step: number,
    args: readonly Value[],
    name: string | null,
    add: (base: Value, slot: Slot, stored: Stored) => void,
  ): void {
    const callee = this.#callee(step);
    const summary = callee?.kind === 'project' ? callee.summary : null;
    for (const [parameter, slot, returned] of summary?.fills ?? []) {
      const base = args[parameter];
      if (base !== undefined) add(base, slot, { step, value: null, returned });
    }
    args.forEach((argument, index) => {
      const into = argument.kind === 'address' ? slotOfPlace(argument.place) : null;
      if (into === null) return;
      const writes = summary === null ? name !== null && sharesResult(name) : summary.writesThrough.includes(index);
      if (!writes) return;
      const returned = summary?.outs.find(([at]) => at === index)?.[1] ?? OTHER;
      add(into.base, into.slot, { step, value: null, returned });
    });
  }
}

function isElement(slot: Slot): boolean {
  return slot.startsWith('[');
}

/** `base->field`, `base[2]`, `*base`. */
function slotOfPlace(place: Place): { readonly base: Value; readonly slot: Slot } | null {
  if (place.kind === 'field') return { base: place.base, slot: place.field };
  if (place.kind === 'element') return { base: place.base, slot: elementSlot(constantIndex(place.index)) };
  return place.kind === 'deref' ? { base: place.pointer, slot: elementSlot(0) } : null;
}

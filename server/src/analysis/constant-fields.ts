/**
 * Fields that have one value for as long as anybody but their maker can look at them: every store of this build puts the same
 * number there, and every function that makes such a struct does so before it lets the struct out of its hands. A later store
 * writes nothing new, and a test of the field has one outcome: `if (self->use_mutex) PyMutex_Lock(&self->mutex);` locks.
 */
import { allocates } from '../capi/allocators.ts';
import { isCApiName, resultKind } from '../capi/objects.ts';
import type { FunctionBody, Place, TranslationUnit } from '../program/model.ts';
import { type FieldOf, fieldStoresOf, GENERIC_NEW, isSetFirst, type Making } from './field-stores.ts';
import { existing } from './symbols.ts';

/** What has to be known of structs and globals: see `World`. */
interface Names {
  structWith(struct: string | null, field: string): string | null;
  structName(name: string): string;
  field(struct: string, name: string): { readonly type: { readonly base: string } } | undefined;
  global(file: string, name: string): { readonly variable: { readonly type: { readonly base: string } } } | undefined;
}

/** By `Struct.field`: the number. */
export type ConstantFields = ReadonlyMap<string, number>;

const NONE: ConstantFields = new Map();

export function constantFields(units: readonly TranslationUnit[], names: Names): ConstantFields {
  const bodies = units.flatMap(({ file, functions }) => existing(functions).map(({ body }) => ({ file, body })));
  const candidates = sameNumbers(bodies, names);
  if (candidates.size === 0) return NONE;
  const fields = new Set([...candidates.keys()].map(fieldOf));
  for (const { body } of bodies) {
    for (const { struct, field } of fieldStoresOf(body).changing) {
      if (!fields.has(field)) continue;
      const owner = names.structWith(struct, field);
      if (owner !== null) candidates.delete(`${owner}.${field}`);
      else forget(candidates, field);
    }
  }
  for (const field of writableMembers(units)) forget(candidates, field);
  const structs = new Set([...candidates.keys()].map(structOf));
  const made = new Makers(units, names, structs);
  for (const { file, body } of bodies) made.look(file, body);
  return new Map([...candidates].filter(([key]) => made.allSet(structOf(key), fieldOf(key))));
}

function structOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.'));
}

function fieldOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}

/** Somebody may change a field of that name, in whatever struct. */
function forget(candidates: Map<string, number>, field: string): void {
  for (const key of candidates.keys()) if (fieldOf(key) === field) candidates.delete(key);
}

/** Fields that Python code sets through `PyMemberDef`. */
function writableMembers(units: readonly TranslationUnit[]): string[] {
  const members = units.flatMap(({ tables }) => tables.filter(({ kind }) => kind === 'members'));
  return members.flatMap(({ entries }) =>
    entries.flatMap(({ detail }) => {
      const field = /offsetof\s*\([^,]+,\s*(\w+)\s*\)/.exec(detail)?.[1];
      return field === undefined || /\b(?:Py_)?READONLY\b/.test(detail) ? [] : [field];
    }),
  );
}

/** Fields that are tested somewhere, and for which no two constants are stored. */
function sameNumbers(bodies: readonly { readonly body: FunctionBody }[], names: Names): Map<string, number> {
  const keyOf = ({ struct, field }: FieldOf): string | null => {
    const owner = names.structWith(struct, field);
    return owner === null ? null : `${owner}.${field}`;
  };
  const tested = new Set(bodies.flatMap(({ body }) => fieldStoresOf(body).tests.map(keyOf)));
  const numbers = new Map<string, number>();
  const different = new Set<string>();
  for (const { body } of bodies) {
    for (const store of fieldStoresOf(body).constant) {
      const key = keyOf(store);
      if (key === null) {
        for (const one of tested) if (one?.endsWith(`.${store.field}`) === true) different.add(one);
      } else if (tested.has(key)) {
        if ((numbers.get(key) ?? store.value) !== store.value) different.add(key);
        numbers.set(key, store.value);
      }
    }
  }
  for (const key of different) numbers.delete(key);
  return numbers;
}

/** Who makes the structs in question. */
class Makers {
  readonly #names: Names;
  readonly #structs: ReadonlySet<string>;
  readonly #results = new Map<string, string>();
  readonly #made = new Map<string, { readonly body: FunctionBody; readonly step: number; readonly local: number }[]>();
  /** Structs that also come to be in other ways: within others, by the interpreter, in code that was not read. */
  readonly #otherwise = new Set<string>();

  constructor(units: readonly TranslationUnit[], names: Names, structs: ReadonlySet<string>) {
    this.#names = names;
    this.#structs = structs;
    for (const { functions, structs: types, globals } of units) {
      for (const { body } of functions) this.#results.set(body.name, this.#named(body.returnType.base));
      for (const { type } of [...types.flatMap(({ fields }) => fields), ...globals])
        if (type.pointers === 0) this.#otherwise.add(this.#named(type.base));
      for (const base of types.flatMap(({ bases }) => bases)) this.#otherwise.add(this.#named(base));
    }
    for (const struct of madeByPython(units)) this.#otherwise.add(this.#named(struct));
  }

  #named(type: string): string {
    return this.#names.structName(type);
  }

  look(file: string, body: FunctionBody): void {
    const { whole, makings, givesGenericNew } = fieldStoresOf(body);
    for (const struct of whole) this.#otherwise.add(this.#named(struct));
    if (givesGenericNew) for (const struct of this.#structs) this.#otherwise.add(struct);
    if (body.unread.length > 0) for (const { type } of body.locals) this.#otherwise.add(this.#named(type.base));
    for (const making of makings) {
      const struct = this.#typeOf(making, file, body);
      if (struct === null || !this.#structs.has(struct) || !this.#isNew(making, struct)) continue;
      if ('place' in making.into || making.into.isCopy) this.#otherwise.add(struct);
      else {
        const made = this.#made.get(struct);
        const one = { body, step: making.step, local: making.into.local };
        if (made === undefined) this.#made.set(struct, [one]);
        else made.push(one);
      }
    }
  }

  /** The field gets its number in every function that makes the struct, and nothing else makes it. */
  allSet(struct: string, field: string): boolean {
    const made = this.#made.get(struct) ?? [];
    return !this.#otherwise.has(struct) && made.length > 0 && made.every(one => isSetFirst(one.body, one, field));
  }

  #typeOf({ into }: Making, file: string, body: FunctionBody): string | null {
    if ('struct' in into) return this.#named(into.struct);
    const type = this.#placeType(into.place, file, body);
    return type === undefined ? null : this.#named(type);
  }

  #placeType(place: Place | null, file: string, body: FunctionBody): string | undefined {
    if (place === null) return body.returnType.base;
    if (place.kind === 'global') return this.#names.global(file, place.name)?.variable.type.base;
    const owner = place.kind === 'field' ? this.#names.structWith(place.struct, place.field) : null;
    return place.kind !== 'field' || owner === null ? undefined : this.#names.field(owner, place.field)?.type.base;
  }

  /** What the call gives may be new. What a function of the extension has made is looked at where it makes it. */
  #isNew({ callee, throughPointer }: Making, struct: string): boolean {
    if (callee === null || throughPointer) return true;
    const result = this.#results.get(callee);
    if (result !== undefined) return result !== struct;
    return allocates(callee) !== null || ['fresh', 'memory'].includes(resultKind(callee)) || !isCApiName(callee);
  }
}

/** Structs of types of which Python code makes instances that no function of the extension fills: `object.__new__()` leaves zeroes. */
function madeByPython(units: readonly TranslationUnit[]): string[] {
  const tables = units.flatMap(unit => unit.tables);
  return tables.flatMap(({ kind, entries }): string[] => {
    const detail = (slot: string): string => entries.find(one => one.slot === slot)?.detail ?? '';
    const struct = /sizeof\s*\(\s*(?:struct\s+)?(\w+)/.exec(
      detail(kind === 'type' ? 'tp_basicsize' : 'basicsize'),
    )?.[1];
    if (struct === undefined) return [];
    if (kind === 'type')
      return entries.some(one => one.slot === 'tp_new' && one.target === GENERIC_NEW) ? [struct] : [];
    if (kind !== 'type-spec' || detail('flags').includes('DISALLOW_INSTANTIATION')) return [];
    const slots = entries.find(one => one.slot === 'slots')?.target;
    const maker = tables.find(one => one.name === slots)?.entries.find(one => one.slot === 'Py_tp_new')?.target;
    return maker === undefined || maker === null || maker === GENERIC_NEW ? [struct] : [];
  });
}

/** Of which types the fields and elements are that objects lie in, as far as declarations say it. */
import type { CType, FunctionBody, Value } from '../program/model.ts';
import type { Origin } from './origins.ts';
import { ANY_ELEMENT, type Slot } from './slots.ts';
import type { World } from './world.ts';

type InSlot = Origin & { readonly kind: 'field' | 'element' };

export class SlotTypes {
  readonly #body: FunctionBody;
  readonly #world: World;

  constructor(body: FunctionBody, world: World) {
    this.#body = body;
    this.#world = world;
  }

  /** Slots of what a pointer points to that hold pointers to objects, and the struct that has them. */
  objectSlots(value: Value): { readonly type: string; readonly slots: readonly Slot[] } {
    const type = this.#pointee(value);
    if (type === null) return { type: '', slots: [] };
    const isArray = type.pointers + (type.array ? 1 : 0) > 0;
    return { type: type.base, slots: isArray ? [ANY_ELEMENT] : this.#objectFields(type.base) };
  }

  /** The slot holds pointers to objects, or to memory that a shared object can lead to; false for plain data. */
  mayBeShared(origin: InSlot): boolean {
    const type = this.#typeOf(origin);
    return type !== null && this.#isObject(type);
  }

  /** Type of what the slot's pointer points to; null when there is none, or it is not known. */
  #typeOf(origin: InSlot): CType | null {
    if (origin.kind === 'field') {
      const type = origin.struct === null ? undefined : this.#world.field(origin.struct, origin.field)?.type;
      return type === undefined || type.pointers === 0 ? null : type;
    }
    const { base } = origin;
    const isVariable = base.kind === 'stack';
    const type = isVariable || base.kind === 'parameter' ? this.#localType(base) : this.#fieldType(base);
    if (type === undefined) return null;
    // What is at an address has one pointer less; an array's own name is the address of its first element.
    const depth = type.pointers + (type.array ? 1 : 0) + (isVariable && !type.array ? 1 : 0);
    return depth < 2 ? null : type;
  }

  #localType(base: Origin & { readonly kind: 'stack' | 'parameter' }): CType | undefined {
    return this.#body.locals[base.kind === 'stack' ? base.local : base.index]?.type;
  }

  #fieldType(base: Origin): CType | undefined {
    return base.kind === 'field' && base.struct !== null ? this.#world.field(base.struct, base.field)?.type : undefined;
  }

  /** What a pointer points to, as far as a local says it. */
  #pointee(value: Value): CType | null {
    const { locals } = this.#body;
    if (value.kind === 'address' && value.place.kind === 'local') {
      const type = locals[value.place.local]?.type;
      return type === undefined ? null : type.array ? { ...type, array: false } : type;
    }
    const type = value.kind === 'local' ? locals[value.local]?.type : undefined;
    return type === undefined || type.pointers === 0 ? null : { ...type, pointers: type.pointers - 1 };
  }

  #objectFields(struct: string): Slot[] {
    const fields = this.#world.struct(struct)?.fields ?? [];
    return fields.flatMap(({ name, type }) => (type.pointers > 0 && this.#isObject(type) ? [name] : []));
  }

  /** Of a type whose struct is not at hand its name has to say it: `PyArray_Descr`. */
  #isObject({ base }: CType): boolean {
    if (/^_?Py\w*Object$/.test(base) || this.#world.isShareable(base)) return true;
    return this.#world.struct(base) === undefined && /^_?Py[A-Z]\w*_[A-Z]\w*$/.test(base);
  }
}

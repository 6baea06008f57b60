/**
 * The structs and globals of an extension by name, without its functions. After an edit that changes none of them the extension
 * goes on with the `World` that it had, and so does what was found out about functions against it.
 */
import type { GlobalVariable, StructField, StructType, TranslationUnit } from '../program/model.ts';
import { type ConstantFields, constantFields } from './constant-fields.ts';
import { sameLists } from './lists.ts';
import { type Shareable, shareableStructs } from './shareable.ts';
import { existing } from './symbols.ts';

type Declared = Pick<TranslationUnit, 'file' | 'structs' | 'globals'>;

export class World {
  readonly #units: readonly Declared[];
  readonly #structs = new Map<string, StructType>();
  readonly #fieldOwners = new Map<string, string | null>();
  readonly #globals = new Map<string, GlobalVariable>();
  readonly #shareable: Shareable;
  readonly constants: ConstantFields;

  constructor(units: readonly TranslationUnit[]) {
    // Not the units themselves: they hold their functions, and with them all that an edit has left behind.
    this.#units = units.map(({ file, structs, globals }) => ({ file, structs, globals }));
    for (const unit of units) {
      for (const struct of unit.structs) this.#addStruct(struct);
      for (const global of unit.globals) this.#addGlobal(unit.file, global);
    }
    const bodies = units.flatMap(unit => existing(unit.functions).map(fn => fn.body));
    this.#shareable = shareableStructs(units, bodies, name => this.struct(name));
    this.constants = constantFields(units, this);
  }

  /** Says the same of every name as the other one does; spans aside, which move with every edit. */
  equals(other: World): boolean {
    return (
      sameLists(this.#units, other.#units, sameDeclarations) &&
      sameNames(this.#shareable.all, other.#shareable.all) &&
      sameNames(this.#shareable.outside, other.#shareable.outside) &&
      this.constants.size === other.constants.size &&
      [...this.constants].every(([key, number]) => other.constants.get(key) === number)
    );
  }

  struct(name: string): StructType | undefined {
    return this.#structs.get(name);
  }

  /** The one name under which a struct's fields are known, whatever tag or typedef is used. */
  structName(name: string): string {
    return this.#structs.get(name)?.name ?? name;
  }

  /** The only struct of the extension with such a field; null when there are several or none. */
  onlyStructWith(field: string): string | null {
    return this.#fieldOwners.get(field) ?? null;
  }

  /** A field of the struct or of what it derives from (C++). */
  field(struct: string, name: string): StructField | undefined {
    const owner = this.fieldOwner(struct, name);
    return owner === null ? undefined : this.#structs.get(owner)?.fields.find(field => field.name === name);
  }

  /** The struct that declares the field: this one, one that it derives from, or null. */
  fieldOwner(struct: string, name: string): string | null {
    const seen = new Set<string>();
    const waiting = [struct];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const type = this.#structs.get(at);
      if (type === undefined || seen.has(type.name)) continue;
      if (type.fields.some(field => field.name === name)) return type.name;
      seen.add(type.name);
      waiting.push(...type.bases);
    }
    return null;
  }

  /** The struct that has the field. A name that has no such field was taken for another type of that name. */
  structWith(struct: string | null, field: string): string | null {
    const only = this.onlyStructWith(field);
    if (struct === null) return only;
    return (
      this.fieldOwner(struct, field) ?? (this.struct(struct) === undefined ? struct : (only ?? this.structName(struct)))
    );
  }

  /** More than one thread may get at instances of the struct. */
  isShareable(struct: string): boolean {
    return this.#shareable.all.has(this.structName(struct));
  }

  /** The same without static variables of functions, which callers that are not seen can't give away. */
  isShareableOutside(struct: string): boolean {
    return this.#shareable.outside.has(this.structName(struct));
  }

  /** The variable that a name means in a file, with the key under which it is known in the whole extension. */
  global(file: string, name: string): { readonly key: string; readonly variable: GlobalVariable } | undefined {
    const own = this.#globals.get(`${file}\0${name}`);
    if (own !== undefined && own.storage !== 'extern') {
      return { key: own.storage === 'static' ? `${file}\0${name}` : name, variable: own };
    }
    const shared = this.#globals.get(name) ?? own;
    return shared === undefined ? undefined : { key: name, variable: shared };
  }

  #addStruct(struct: StructType): void {
    // Several files may declare the same name; the one that was read with the most fields is the definition.
    for (const name of [struct.name, ...struct.aliases]) {
      const known = this.#structs.get(name);
      if (known === undefined || known.fields.length < struct.fields.length) this.#structs.set(name, struct);
    }
    for (const field of struct.fields) {
      const owner = this.#fieldOwners.get(field.name);
      this.#fieldOwners.set(field.name, owner === undefined || owner === struct.name ? struct.name : null);
    }
  }

  #addGlobal(file: string, global: GlobalVariable): void {
    const own = `${file}\0${global.name}`;
    const before = this.#globals.get(own);
    if (before === undefined || before.storage === 'extern' || global.initializer !== 'none')
      this.#globals.set(own, global);
    if (global.storage === 'external-definition') this.#globals.set(global.name, global);
  }
}

function sameNames(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every(name => b.has(name));
}

function sameDeclarations(a: Declared, b: Declared): boolean {
  return (
    a.file === b.file && sameLists(a.structs, b.structs, sameStruct) && sameLists(a.globals, b.globals, sameGlobal)
  );
}

function sameStruct(a: StructType, b: StructType): boolean {
  return (
    a.name === b.name &&
    a.isObject === b.isObject &&
    sameLists(a.aliases, b.aliases, Object.is) &&
    sameLists(a.bases, b.bases, Object.is) &&
    sameLists(a.fields, b.fields, sameField)
  );
}

function sameField(a: StructField, b: StructField): boolean {
  return a.name === b.name && a.bits === b.bits && sameType(a.type, b.type);
}

function sameGlobal(a: GlobalVariable, b: GlobalVariable): boolean {
  return (
    a.name === b.name &&
    a.storage === b.storage &&
    a.threadLocal === b.threadLocal &&
    a.inFunction === b.inFunction &&
    a.initializer === b.initializer &&
    sameType(a.type, b.type)
  );
}

function sameType(a: GlobalVariable['type'], b: GlobalVariable['type']): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

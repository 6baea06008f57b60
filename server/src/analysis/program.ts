/**
 * The whole extension as one thing: its functions, structs and globals over all files, with names resolved the way a C
 * linker would (a file's own statics first). Knows nothing of threads.
 */
import type { FunctionUnit, GlobalVariable, StructField, StructType, TranslationUnit } from '../program/model.ts';
import { shareableStructs } from './shareable.ts';

/** A function of the extension. `id` is unique in the extension and stable while the files and their order stay. */
export interface ExtensionFunction {
  readonly id: number;
  readonly unit: TranslationUnit;
  readonly function: FunctionUnit;
}

export class Linker {
  readonly units: readonly TranslationUnit[];
  readonly functions: readonly ExtensionFunction[];
  readonly #byFile = new Map<string, Map<string, ExtensionFunction>>();
  readonly #external = new Map<string, ExtensionFunction>();
  readonly #anyStatic = new Map<string, ExtensionFunction>();
  readonly #structs = new Map<string, StructType>();
  readonly #fieldOwners = new Map<string, string | null>();
  readonly #globals = new Map<string, GlobalVariable>();
  readonly #casts = new Set<string>();
  #shareable: ReadonlySet<string> | null = null;

  constructor(units: readonly TranslationUnit[]) {
    this.units = units;
    const functions: ExtensionFunction[] = [];
    for (const unit of units) {
      const own = new Map<string, ExtensionFunction>();
      this.#byFile.set(unit.file, own);
      for (const fn of unit.functions) {
        if (fn.build?.only === 'gil') continue;
        const entry = { id: functions.length, unit, function: fn };
        functions.push(entry);
        for (const name of new Set([fn.body.name, fn.body.qualifiedName])) {
          if (!own.has(name)) own.set(name, entry);
          const others = fn.body.isStatic ? this.#anyStatic : this.#external;
          if (!others.has(name)) others.set(name, entry);
        }
      }
      for (const struct of unit.structs) this.#addStruct(struct);
      for (const global of unit.globals) this.#addGlobal(unit.file, global);
      for (const macro of unit.macros) {
        if (macro.parameters?.length === 1 && isCastBody(macro.body, macro.parameters[0] ?? ''))
          this.#casts.add(macro.name);
      }
    }
    this.functions = functions;
  }

  /** The function that the name means in a file: its own, else one with external linkage, else a header's static inline. */
  resolve(file: string, name: string): ExtensionFunction | undefined {
    return this.#byFile.get(file)?.get(name) ?? this.#external.get(name) ?? this.#fromHeader(name);
  }

  #fromHeader(name: string): ExtensionFunction | undefined {
    const found = this.#anyStatic.get(name);
    return found !== undefined && /\.(?:h|hpp|hh|inc|inl)$/.test(found.unit.file) ? found : undefined;
  }

  /** `#define Obj_CAST(op) ((Obj *)(op))`: a call that is its argument. */
  isCast(name: string): boolean {
    return this.#casts.has(name);
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

  /** More than one thread may get at instances of the struct. */
  isShareable(struct: string): boolean {
    return (this.#shareable ??= shareableStructs(this)).has(this.structName(struct));
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

/** `((T *)(op))`, `_Py_CAST(T *, op)`, `(T *)_PyObject_CAST(op)`: nothing but a type around the parameter. */
function isCastBody(body: string, parameter: string): boolean {
  const text = body.replace(/\s+/g, '');
  const end = `${parameter})`;
  return (
    (/^\(?\((?:const|struct)?[A-Za-z_]\w*\*+\)(?:_PyObject_CAST)?\(?[A-Za-z_]\w*\)*$/.test(text) &&
      text.includes(parameter)) ||
    (/^\(?(?:_Py_CAST|_Py_STATIC_CAST|static_cast|reinterpret_cast)\b/.test(text) && text.includes(end))
  );
}

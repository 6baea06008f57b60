/** What a function body may refer to: the file's own declarations and those of its headers, by name. */
import type { Language, SyntaxFile } from '../syntax/model.ts';
import type {
  CType,
  GlobalVariable,
  GuardType,
  MacroDefinition,
  Prototype,
  StructField,
  StructType,
  TranslationUnit,
} from './model.ts';

/** Everything that one text declares at file scope. A `TranslationUnit` is one. */
export type Declarations = Pick<
  TranslationUnit,
  'structs' | 'typedefs' | 'globals' | 'prototypes' | 'enumerators' | 'macros' | 'guards'
>;

/** Reads a piece of text as C or C++ (the environment's language). */
export type ReadFragment = (text: string) => SyntaxFile;

export class Environment {
  readonly language: Language;
  readonly #structs = new Map<string, StructType>();
  readonly #fields = new Map<StructType, Map<string, StructField>>();
  readonly #typedefs = new Map<string, CType>();
  readonly #globals = new Map<string, GlobalVariable>();
  readonly #functions = new Map<string, Prototype>();
  readonly #enumerators = new Map<string, number | null>();
  readonly #macros = new Map<string, MacroDefinition>();
  readonly #guards = new Map<string, GuardType>();
  readonly fragment: ReadFragment | null;
  /** Headers first, the file itself last. */
  readonly layers: readonly Declarations[];

  constructor(language: Language, layers: readonly Declarations[], fragment: ReadFragment | null = null) {
    this.language = language;
    this.fragment = fragment;
    this.layers = layers;
    for (const layer of layers) this.#add(layer);
  }

  /** Later layers win: headers come first, the file itself last. A definition wins over an `extern`. */
  #add(layer: Declarations): void {
    for (const struct of layer.structs) {
      for (const alias of [struct.name, ...struct.aliases]) {
        this.#structs.set(alias, struct);
        const short = shortName(alias);
        if (short !== alias && !this.#structs.has(short)) this.#structs.set(short, struct);
      }
    }
    for (const guard of layer.guards) {
      this.#guards.set(guard.type, guard);
      this.#guards.set(shortName(guard.type), guard);
    }
    for (const { name, type } of layer.typedefs) this.#typedefs.set(name, type);
    for (const global of layer.globals) {
      if (global.storage !== 'extern' || !this.#globals.has(global.name)) this.#globals.set(global.name, global);
    }
    // The first declaration, inside the class, says whether a method has a `this`; a definition outside of it doesn't.
    for (const prototype of layer.prototypes) {
      const known = this.#functions.get(prototype.name);
      if (!known || known.returnType.base === '?') this.#functions.set(prototype.name, prototype);
    }
    for (const [name, value] of Object.entries(layer.enumerators)) this.#enumerators.set(name, value);
    for (const macro of layer.macros) this.#macros.set(macro.name, macro);
  }

  global(name: string): GlobalVariable | undefined {
    return this.#globals.get(name);
  }

  function(name: string): Prototype | undefined {
    return this.#functions.get(name);
  }

  guard(type: string): GuardType | undefined {
    return this.#guards.get(type);
  }

  /** C++: the function that a name means inside of `around` (`ns::Class::method`), by its full name; else the name itself. */
  qualified(name: string, around: string): string {
    if (this.language === 'c') return name;
    for (let end = around.lastIndexOf('::'); end > 0; end = around.lastIndexOf('::', end - 1)) {
      const full = `${around.slice(0, end)}::${name}`;
      if (this.#functions.has(full)) return full;
    }
    return name;
  }

  macro(name: string): MacroDefinition | undefined {
    return this.#macros.get(name);
  }

  isEnumerator(name: string): boolean {
    return this.#enumerators.has(name);
  }

  enumerator(name: string): number | null {
    return this.#enumerators.get(name) ?? null;
  }

  /** Typedefs followed to what they stand for. */
  resolve(type: CType): CType {
    let resolved = type;
    for (let hops = 0; hops < 16; hops++) {
      if (this.#structs.has(resolved.base)) return resolved;
      const target = this.#typedefs.get(resolved.base);
      if (!target || target.base === resolved.base) return resolved;
      resolved = {
        base: target.base,
        pointers: resolved.pointers + target.pointers,
        array: resolved.array || target.array,
        const: resolved.pointers > 0 ? resolved.const : resolved.const || target.const,
        atomic: resolved.atomic || target.atomic,
        volatile: resolved.volatile || target.volatile,
        callable: resolved.callable || target.callable,
      };
    }
    return resolved;
  }

  struct(name: string): StructType | undefined {
    return this.#structs.get(name) ?? this.#structs.get(this.resolve({ ...BARE, base: name }).base);
  }

  /** The name by which the model lists this struct; the name itself when no definition is known. */
  structName(type: CType): string | null {
    const { base } = this.resolve(type);
    if (base === '?' || base === 'void') return null;
    return this.#structs.get(base)?.name ?? base;
  }

  /** A field with the struct that declares it (bases of C++ classes included). */
  field(structName: string, name: string): StructField | undefined {
    const struct = this.struct(structName);
    if (!struct) return undefined;
    let fields = this.#fields.get(struct);
    if (!fields) {
      fields = new Map();
      this.#collect(struct, fields, 0);
      this.#fields.set(struct, fields);
    }
    return fields.get(name);
  }

  #collect(struct: StructType, into: Map<string, StructField>, depth: number): void {
    if (depth < 8) {
      for (const base of struct.bases) {
        const parent = this.struct(base);
        if (parent && parent !== struct) this.#collect(parent, into, depth + 1);
      }
    }
    for (const field of struct.fields) into.set(field.name, field);
  }
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

const BARE = { pointers: 0, array: false, const: false, atomic: false, volatile: false, callable: false };

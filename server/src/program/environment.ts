/** What a function body may refer to: the file's own declarations and those of its headers, by name. */
import type { Language, SyntaxFile } from '../syntax/model.ts';
import { type Declarations, Declared, declaredBy } from './declared.ts';
import { namesIn } from './enclosing.ts';
import type {
  CType,
  GlobalVariable,
  GuardType,
  MacroDefinition,
  Prototype,
  ReferenceType,
  StructField,
  StructType,
} from './model.ts';

/** Reads a piece of text as C or C++ (the environment's language). */
export type ReadFragment = (text: string) => SyntaxFile;

/** A field with the struct or class that declares it. */
export interface DeclaredField extends StructField {
  readonly owner: string;
}

export class Environment {
  readonly language: Language;
  readonly fragment: ReadFragment | null;
  /** Headers first, the file itself last. */
  readonly layers: readonly Declarations[];
  readonly #own: Declared;
  readonly #headers: Declared;
  #redefinitions: readonly number[] | null = null;
  readonly #fields = new Map<StructType, Map<string, DeclaredField>>();

  /** `headers`: outermost first; what a later one declares hides what an earlier one does, and the file hides both. */
  constructor(
    language: Language,
    headers: readonly Declarations[],
    own: Declarations,
    fragment: ReadFragment | null = null,
  ) {
    this.language = language;
    this.fragment = fragment;
    this.layers = [...headers, own];
    this.#headers = declaredBy(headers);
    this.#own = new Declared([own]);
  }

  global(name: string): GlobalVariable | undefined {
    const own = this.#own.globals.get(name);
    return own && own.storage !== 'extern' ? own : (this.#headers.globals.get(name) ?? own);
  }

  /** A class in a header knows more of its methods than their definitions do. */
  function(name: string): Prototype | undefined {
    const declared = this.#headers.functions.get(name);
    return declared && declared.returnType.base !== '?' ? declared : (this.#own.functions.get(name) ?? declared);
  }

  guard(type: string): GuardType | undefined {
    return this.#own.guards.get(type) ?? this.#headers.guards.get(type);
  }

  /** C++: what an object of the class stands for, by its own or an inherited `->`, and the type that this leads to. */
  reference(type: CType): (ReferenceType & { readonly leadsTo: CType }) | null {
    if (this.language === 'c' || type.pointers > 0 || type.array || type.callable) return null;
    const { base } = this.resolve(type);
    const argument = /<\s*(?:const\s+)?([\w:]+)\s*[,>]/.exec(base)?.[1] ?? '?';
    if (/^std::(?:unique|shared)_ptr</.test(base))
      return { type: base, through: null, leadsTo: { ...BARE, base: argument, pointers: 1 } };
    const struct = this.structIn(base, []);
    const arrow = struct === undefined ? null : this.method(struct.name, 'operator->');
    const prototype = arrow === null ? undefined : this.function(arrow);
    const found = arrow?.slice(0, arrow.lastIndexOf('::'));
    const known =
      found === undefined ? undefined : (this.#own.references.get(found) ?? this.#headers.references.get(found));
    if (known === undefined || prototype === undefined) return null;
    const { returnType } = prototype;
    // `T *operator->()` of a template: its first argument.
    const leadsTo = this.struct(returnType.base) === undefined ? { ...BARE, base: argument, pointers: 1 } : returnType;
    return { ...known, leadsTo };
  }

  /** `at`: where the macro is used, in the file itself. Of several definitions the last one before counts. */
  macro(name: string, at = Number.POSITIVE_INFINITY): MacroDefinition | undefined {
    const all = this.#own.redefined.get(name);
    const before = all?.findLast(({ span }) => span.start < at);
    return before ?? this.#own.macros.get(name) ?? this.#headers.macros.get(name);
  }

  /** How many definitions of redefined macros stand before an offset: a function that moves over one may mean something else. */
  redefinitionsBefore(at: number): number {
    this.#redefinitions ??= [...this.#own.redefined.values()]
      .flatMap(all => all.map(({ span }) => span.start))
      .sort((a, b) => a - b);
    const after = this.#redefinitions.findIndex(start => start >= at);
    return after < 0 ? this.#redefinitions.length : after;
  }

  isEnumerator(name: string): boolean {
    return this.#own.enumerators.has(name) || this.#headers.enumerators.has(name);
  }

  /** C++: the function that a name means inside of `around` (`ns::Class::method`), by its full name; else the name itself. */
  qualified(name: string, around: string): string {
    if (this.language === 'c') return name;
    for (let end = around.lastIndexOf('::'); end > 0; end = around.lastIndexOf('::', end - 1)) {
      const full = `${around.slice(0, end)}::${name}`;
      if (this.function(full)) return full;
    }
    return name;
  }

  /** C++: the method that a name means in a class, its own or inherited, by its full name. */
  method(ofClass: string, name: string): string | null {
    if (name.includes('::')) return null;
    const seen = new Set<string>();
    const waiting = [ofClass];
    for (let at = waiting.shift(); at !== undefined && seen.size < MAX_BASES; at = waiting.shift()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const full = `${at}::${name}`;
      if (this.function(full)) return full;
      const struct = this.struct(at);
      if (struct === undefined) continue;
      const around = [struct.name, ...struct.aliases];
      waiting.push(...struct.bases.map(base => this.structIn(base, around)?.name ?? base));
    }
    return null;
  }

  /** C++: the type with the full name of the struct that its name means inside of `around` (`ns::Class::method`, `ns::Class`). */
  typeIn(type: CType, around: string): CType {
    if (this.language === 'c' || !/^[\w:]+$/.test(type.base)) return type;
    for (const base of namesIn(around, type.base)) if (this.#structNamed(base)) return { ...type, base };
    return type;
  }

  /** C++: the class that a name means inside of one that is known by the names `around`; `Base<T>` is known as `Base`. */
  structIn(name: string, around: readonly string[]): StructType | undefined {
    const bare = name.replace(/<[^]*$/, '').trim();
    for (const one of around) {
      const { base } = this.typeIn({ ...BARE, base: bare }, one);
      if (base !== bare) return this.#structNamed(base);
    }
    return this.struct(bare);
  }

  /** An `…_impl` by its name in any case: names of generated macros are written in capitals. */
  implementation(name: string): string | null {
    const wanted = name.toLowerCase();
    return this.#own.implementation(wanted) ?? this.#headers.implementation(wanted);
  }

  /** Typedefs followed to what they stand for. */
  resolve(type: CType): CType {
    let resolved = type;
    for (let hops = 0; hops < 16; hops++) {
      if (this.#structNamed(resolved.base)) return resolved;
      const target = this.#own.typedefs.get(resolved.base) ?? this.#headers.typedefs.get(resolved.base);
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

  isType(name: string): boolean {
    return this.#own.typedefs.has(name) || this.#headers.typedefs.has(name) || this.#structNamed(name) !== undefined;
  }

  #structNamed(name: string): StructType | undefined {
    return this.#own.structs.get(name) ?? this.#headers.structs.get(name);
  }

  struct(name: string): StructType | undefined {
    return this.#structNamed(name) ?? this.#structNamed(this.resolve({ ...BARE, base: name }).base);
  }

  /** The name by which the model lists this struct; the name itself when no definition is known. */
  structName(type: CType): string | null {
    const { base } = this.resolve(type);
    if (base === '?' || base === 'void') return null;
    return this.#structNamed(base)?.name ?? base;
  }

  /** A field of the struct, or of a C++ class that it inherits from. */
  field(structName: string, name: string): DeclaredField | undefined {
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

  #collect(struct: StructType, into: Map<string, DeclaredField>, depth: number): void {
    if (depth < 8) {
      for (const base of struct.bases) {
        const parent = this.structIn(base, [struct.name, ...struct.aliases]);
        if (parent && parent !== struct) this.#collect(parent, into, depth + 1);
      }
    }
    for (const field of struct.fields)
      into.set(field.name, { ...field, type: this.typeIn(field.type, struct.name), owner: struct.name });
  }
}

/** Classes that a method is looked for in. */
const MAX_BASES = 16;

const BARE = { pointers: 0, array: false, const: false, atomic: false, volatile: false, callable: false };

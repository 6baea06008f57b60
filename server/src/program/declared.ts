/** Declarations by name. Those of headers are the same for edit after edit, so their index is kept. */
import type {
  CType,
  GlobalVariable,
  GuardType,
  MacroDefinition,
  Prototype,
  ReferenceType,
  StructType,
  TranslationUnit,
} from './model.ts';

/** Everything that one text declares at file scope. A `TranslationUnit` is one. */
export type Declarations = Pick<
  TranslationUnit,
  'structs' | 'typedefs' | 'globals' | 'prototypes' | 'enumerators' | 'macros' | 'guards' | 'references'
>;

export class Declared {
  readonly structs = new Map<string, StructType>();
  readonly typedefs = new Map<string, CType>();
  readonly globals = new Map<string, GlobalVariable>();
  readonly functions = new Map<string, Prototype>();
  readonly enumerators = new Map<string, number | null>();
  readonly macros = new Map<string, MacroDefinition>();
  /** Names that are defined more than once (`#undef` and again), with all definitions in order. */
  readonly redefined = new Map<string, MacroDefinition[]>();
  readonly guards = new Map<string, GuardType>();
  readonly references = new Map<string, ReferenceType>();
  #implementations: Map<string, string> | null = null;

  constructor(layers: readonly Declarations[]) {
    for (const layer of layers) this.#add(layer);
  }

  /** Later layers win. A definition wins over an `extern`. */
  #add(layer: Declarations): void {
    for (const struct of layer.structs) {
      for (const name of [struct.name, ...struct.aliases]) {
        this.structs.set(name, struct);
        const short = shortName(name);
        if (short !== name && !this.structs.has(short)) this.structs.set(short, struct);
      }
    }
    for (const guard of layer.guards) {
      this.guards.set(guard.type, guard);
      this.guards.set(shortName(guard.type), guard);
    }
    for (const reference of layer.references) this.references.set(reference.type, reference);
    for (const { name, type } of layer.typedefs) this.typedefs.set(name, type);
    for (const global of layer.globals) {
      if (global.storage !== 'extern' || !this.globals.has(global.name)) this.globals.set(global.name, global);
    }
    // The first declaration, inside the class, says whether a method has a `this`; a definition outside of it doesn't.
    for (const prototype of layer.prototypes) {
      const known = this.functions.get(prototype.name);
      if (!known || known.returnType.base === '?') this.functions.set(prototype.name, prototype);
    }
    for (const [name, value] of Object.entries(layer.enumerators)) this.enumerators.set(name, value);
    for (const macro of layer.macros) {
      const before = this.macros.get(macro.name);
      this.macros.set(macro.name, macro);
      if (before) this.redefined.set(macro.name, [...(this.redefined.get(macro.name) ?? [before]), macro]);
    }
  }

  /** Argument Clinic's `…_impl` by its name in lower case. */
  implementation(name: string): string | null {
    if (!this.#implementations) {
      this.#implementations = new Map();
      for (const known of this.functions.keys()) {
        if (known.endsWith('_impl')) this.#implementations.set(known.toLowerCase(), known);
      }
    }
    return this.#implementations.get(name) ?? null;
  }
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

interface Kept {
  readonly layers: readonly Declarations[];
  readonly declared: Declared;
}

const none = new Declared([]);
const kept = new WeakMap<Declarations, Kept[]>();
/** Lists of headers that end in the same one; more than that are files taking turns with nothing in common. */
const MAX_KEPT = 16;

/** The index of these headers, the same one for the same headers. */
export function declaredBy(layers: readonly Declarations[]): Declared {
  const last = layers.at(-1);
  if (!last) return none;
  const known = kept.get(last) ?? [];
  const found = known.find(one => one.layers.length === layers.length && one.layers.every((l, i) => l === layers[i]));
  if (found) return found.declared;
  const declared = new Declared(layers);
  kept.set(last, [{ layers, declared }, ...known.slice(0, MAX_KEPT - 1)]);
  return declared;
}

/**
 * The whole extension as one thing: its functions, structs and globals over all files, with names resolved the way a C
 * linker would (a file's own statics first). Knows nothing of threads.
 */
import type { FunctionUnit, GlobalVariable, StructField, StructType, TranslationUnit } from '../program/model.ts';
import { decided } from './decided.ts';
import type { Lineage } from './lineage.ts';
import { existing, type Symbols } from './symbols.ts';
import type { Watch } from './watch.ts';
import { World } from './world.ts';

/** A function of the extension. `id` is unique in the extension and stable while the files and their order stay. */
export interface ExtensionFunction {
  readonly id: number;
  readonly unit: TranslationUnit;
  readonly function: FunctionUnit;
}

export class Linker {
  readonly units: readonly TranslationUnit[];
  readonly functions: readonly ExtensionFunction[];
  /** The same object as before an edit that changed the meaning of no function's name. */
  readonly symbols: Symbols;
  readonly watch: Watch;
  readonly #fresh: World;
  /**
   * Structs and globals, the same object as before an edit that changed none of them: what was found out against it still
   * holds. Spans in it may be old; this class answers with new ones.
   */
  readonly world: World;

  constructor(units: readonly TranslationUnit[], lineage: Lineage) {
    this.units = units;
    this.watch = lineage.watch;
    this.symbols = lineage.symbolsOf(units);
    this.#fresh = new World(units);
    this.world = lineage.worldOf(this.#fresh);
    let id = 0;
    this.functions = units.flatMap(unit =>
      existing(unit.functions).map((fn): ExtensionFunction => {
        const body = decided(fn.body, this.world.constants, this.world);
        return { id: id++, unit, function: body === fn.body ? fn : { ...fn, body } };
      }),
    );
  }

  /** The function that the name means in a file: its own, else one with external linkage, else a header's static inline. */
  resolve(file: string, name: string): ExtensionFunction | undefined {
    const id = this.symbols.resolve(file, name);
    return id === undefined ? undefined : this.functions[id];
  }

  /** `#define Obj_CAST(op) ((Obj *)(op))`: a call that is its argument. */
  isCast(name: string): boolean {
    return this.symbols.isCast(name);
  }

  struct(name: string): StructType | undefined {
    return this.#fresh.struct(name);
  }

  /** See `World`: so are the next seven. */
  structName(name: string): string {
    return this.#fresh.structName(name);
  }

  onlyStructWith(field: string): string | null {
    return this.#fresh.onlyStructWith(field);
  }

  structWith(struct: string | null, field: string): string | null {
    return this.#fresh.structWith(struct, field);
  }

  field(struct: string, name: string): StructField | undefined {
    return this.#fresh.field(struct, name);
  }

  fieldOwner(struct: string, name: string): string | null {
    return this.#fresh.fieldOwner(struct, name);
  }

  isShareable(struct: string): boolean {
    return this.#fresh.isShareable(struct);
  }

  isShareableOutside(struct: string): boolean {
    return this.#fresh.isShareableOutside(struct);
  }

  global(file: string, name: string): { readonly key: string; readonly variable: GlobalVariable } | undefined {
    return this.#fresh.global(file, name);
  }
}

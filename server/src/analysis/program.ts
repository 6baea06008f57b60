/**
 * The whole extension as one thing: its functions, structs and globals over all files, with names resolved the way a C
 * linker would (a file's own statics first). Knows nothing of threads.
 */
import type {
  FunctionUnit,
  GlobalVariable,
  MacroDefinition,
  StructField,
  StructType,
  TranslationUnit,
} from '../program/model.ts';
import { outlineOf } from './outline.ts';
import { settledWorld, World } from './world.ts';

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
  readonly #casts = new Set<string>();
  readonly #callees: (readonly (ExtensionFunction | undefined)[])[] = [];
  readonly #fresh: World;
  /**
   * Structs and globals, the same object as before an edit that changed none of them: what was found out against it still
   * holds. Spans in it may be old; this class answers with new ones.
   */
  readonly world: World;

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
        for (const name of new Set([fn.body.name, ...namesOf(fn.body.qualifiedName)])) {
          if (!own.has(name)) own.set(name, entry);
          const others = fn.body.isStatic ? this.#anyStatic : this.#external;
          if (!others.has(name)) others.set(name, entry);
        }
      }
      for (const macro of unit.macros) {
        if (macro.parameters?.length === 1 && isCastBody(macro.body, macro.parameters[0] ?? ''))
          this.#casts.add(macro.name);
      }
    }
    this.functions = functions;
    const bodies = functions.map(fn => fn.function.body);
    this.#fresh = new World(units, bodies);
    this.world = settledWorld(this.#fresh, bodies);
  }

  /** The function that the name means in a file: its own, else one with external linkage, else a header's static inline. */
  resolve(file: string, name: string): ExtensionFunction | undefined {
    return this.#byFile.get(file)?.get(name) ?? this.#external.get(name) ?? this.#fromHeader(name);
  }

  /** What the names called in a function mean, in the order of `outlineOf(body).callees`. */
  callees(fn: ExtensionFunction): readonly (ExtensionFunction | undefined)[] {
    return (this.#callees[fn.id] ??= outlineOf(fn.function.body).callees.map(name => this.resolve(fn.unit.file, name)));
  }

  #fromHeader(name: string): ExtensionFunction | undefined {
    const found = this.#anyStatic.get(name);
    return found !== undefined && /\.(?:h|hpp|hh|inc|inl)$/.test(found.unit.file) ? found : undefined;
  }

  /** A macro of the function's own file in which a call of it is written. */
  macroCalling(fn: ExtensionFunction): string | null {
    return callsInMacros(fn.unit.macros).get(fn.function.body.name) ?? null;
  }

  /** `#define Obj_CAST(op) ((Obj *)(op))`: a call that is its argument. */
  isCast(name: string): boolean {
    return this.#casts.has(name);
  }

  struct(name: string): StructType | undefined {
    return this.#fresh.struct(name);
  }

  /** See `World`: so are the next five. */
  structName(name: string): string {
    return this.#fresh.structName(name);
  }

  onlyStructWith(field: string): string | null {
    return this.#fresh.onlyStructWith(field);
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

  global(file: string, name: string): { readonly key: string; readonly variable: GlobalVariable } | undefined {
    return this.#fresh.global(file, name);
  }
}

const CALLED = new WeakMap<readonly MacroDefinition[], ReadonlyMap<string, string>>();

/** Names that stand before a parenthesis in bodies of macros, with the macro. */
function callsInMacros(macros: readonly MacroDefinition[]): ReadonlyMap<string, string> {
  let called = CALLED.get(macros);
  if (called === undefined) {
    const found = new Map<string, string>();
    for (const { name, body } of macros) {
      for (const [, callee] of body.matchAll(/\b([A-Za-z_]\w*)\s*\(/g))
        if (callee !== undefined) found.set(callee, name);
    }
    called = found;
    CALLED.set(macros, called);
  }
  return called;
}

/** `a::b::c`, `b::c` and `c`: tables and calls name a function as far as the namespaces around them differ. */
function namesOf(qualifiedName: string): string[] {
  const parts = qualifiedName.split('::');
  return parts.map((_, from) => parts.slice(from).join('::'));
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

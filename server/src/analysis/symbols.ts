/**
 * What function names mean in an extension, the way a C linker would have it: a file's own functions first. Knows functions by
 * their number, and nothing of where they stand: as long as no edit adds, removes or renames one, the same object serves.
 */
import type { FunctionBody, FunctionUnit, MacroDefinition, TranslationUnit } from '../program/model.ts';
import { sameLists } from './lists.ts';
import { outlineOf } from './outline.ts';

/** As much of a file as names depend on. */
interface Named {
  readonly file: string;
  readonly macros: readonly MacroDefinition[];
  readonly functions: readonly NamedFunction[];
}

interface NamedFunction {
  readonly name: string;
  readonly qualifiedName: string;
  readonly isStatic: boolean;
}

export class Symbols {
  readonly #files: readonly Named[];
  readonly #byFile = new Map<string, Map<string, number>>();
  readonly #external = new Map<string, number>();
  /** Static functions, and whether a header has the first of that name. */
  readonly #statics = new Map<string, { readonly id: number; readonly inHeader: boolean }>();
  readonly #casts = new Set<string>();
  readonly #callees = new WeakMap<FunctionBody, Int32Array>();
  readonly #calledInMacros = new Map<string, ReadonlyMap<string, string>>();

  constructor(units: readonly TranslationUnit[]) {
    let id = 0;
    this.#files = units.map(({ file, macros, functions }) => {
      const own = new Map<string, number>();
      const inHeader = /\.(?:h|hpp|hh|inc|inl)$/.test(file);
      this.#byFile.set(file, own);
      const named = existing(functions).map(({ body: { name, qualifiedName, isStatic } }) => {
        for (const known of new Set([name, ...namesOf(qualifiedName)])) {
          if (!own.has(known)) own.set(known, id);
          if (!isStatic && !this.#external.has(known)) this.#external.set(known, id);
          if (isStatic && !this.#statics.has(known)) this.#statics.set(known, { id, inHeader });
        }
        id++;
        return { name, qualifiedName, isStatic };
      });
      for (const macro of macros) {
        if (macro.parameters?.length === 1 && isCastBody(macro.body, macro.parameters[0] ?? ''))
          this.#casts.add(macro.name);
      }
      return { file, macros, functions: named };
    });
  }

  /** These files give names the same meaning, and functions the same numbers. */
  suit(units: readonly TranslationUnit[]): boolean {
    return sameLists(
      this.#files,
      units,
      (known, unit) =>
        known.file === unit.file &&
        sameLists(known.functions, existing(unit.functions), (one, { body }) => sameName(one, body)) &&
        sameLists(known.macros, unit.macros, sameMacro),
    );
  }

  /** The function that the name means in a file: its own, else one with external linkage, else a header's static inline. */
  resolve(file: string, name: string): number | undefined {
    const known = this.#byFile.get(file)?.get(name) ?? this.#external.get(name);
    if (known !== undefined) return known;
    const found = this.#statics.get(name);
    return found?.inHeader === true ? found.id : undefined;
  }

  /** What the names called in a body mean, in the order of `outlineOf(body).callees`; -1: no function of the extension. */
  calleesOf(file: string, body: FunctionBody): Int32Array {
    let callees = this.#callees.get(body);
    if (callees === undefined) {
      callees = Int32Array.from(outlineOf(body).callees, name => this.resolve(file, name) ?? -1);
      this.#callees.set(body, callees);
    }
    return callees;
  }

  /** `#define Obj_CAST(op) ((Obj *)(op))`: a call that is its argument. */
  isCast(name: string): boolean {
    return this.#casts.has(name);
  }

  /** A macro of the file in which a call of the function is written. */
  macroCalling(file: string, name: string): string | null {
    let called = this.#calledInMacros.get(file);
    if (called === undefined) {
      called = callsInMacros(this.#files.find(one => one.file === file)?.macros ?? []);
      this.#calledInMacros.set(file, called);
    }
    return called.get(name) ?? null;
  }
}

/** Functions that a free-threaded build has. */
export function existing(functions: readonly FunctionUnit[]): readonly FunctionUnit[] {
  const isMissing = ({ build }: FunctionUnit): boolean => build?.only === 'gil';
  return functions.some(isMissing) ? functions.filter(fn => !isMissing(fn)) : functions;
}

function sameName(a: NamedFunction, b: NamedFunction): boolean {
  return a.name === b.name && a.qualifiedName === b.qualifiedName && a.isStatic === b.isStatic;
}

function sameMacro(a: MacroDefinition, b: MacroDefinition): boolean {
  return (
    a.name === b.name &&
    a.body === b.body &&
    (a.parameters === b.parameters ||
      (a.parameters !== null && b.parameters !== null && sameLists(a.parameters, b.parameters)))
  );
}

/** Names that stand before a parenthesis in bodies of macros, with the macro. */
function callsInMacros(macros: readonly MacroDefinition[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, body } of macros) {
    for (const [, callee] of body.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)) if (callee !== undefined) found.set(callee, name);
  }
  return found;
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

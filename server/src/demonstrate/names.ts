/** What names mean in an extension, as the translation asks for it. */
import type { Extension } from '../analysis/extension.ts';
import { isIdle } from '../analysis/idle-updates.ts';
import type { ExtensionFunction } from '../analysis/program.ts';
import { isTuple } from '../analysis/tuples.ts';
import type { FunctionView } from '../analysis/view.ts';
import { bitFieldsBeside } from '../program/bit-fields.ts';
import type { Code, Names } from '../simulator/translate/model.ts';

export class ExtensionNames implements Names {
  readonly #extension: Extension;
  readonly #text: (file: string) => string | null;
  readonly #codes = new Map<number, Code>();
  readonly target: string;
  readonly threadUnsafe: readonly string[];
  readonly #suspending: ReadonlySet<string>;

  constructor(extension: Extension, text: (file: string) => string | null) {
    this.#extension = extension;
    this.#text = text;
    this.target = extension.options.target ?? '3.14';
    this.threadUnsafe = extension.options.threadUnsafe ?? [];
    this.#suspending = new Set(extension.options.suspending);
  }

  code(fn: ExtensionFunction): Code {
    let code = this.#codes.get(fn.id);
    if (code === undefined) {
      code = { file: fn.unit.file, unit: fn.function };
      this.#codes.set(fn.id, code);
    }
    return code;
  }

  function(file: string, name: string): Code | undefined {
    const found = this.#extension.linker.resolve(file, name);
    return found === undefined ? undefined : this.code(found);
  }

  field(struct: string, name: string) {
    return this.#extension.linker.field(struct, name)?.type ?? null;
  }

  bitFieldsBeside(struct: string, name: string): readonly string[] {
    return bitFieldsBeside(this.#extension.linker.struct(struct)?.fields ?? [], name);
  }

  global(file: string, name: string) {
    return this.#extension.linker.global(file, name);
  }

  isObject(struct: string): boolean {
    return this.#extension.linker.struct(struct)?.isObject === true;
  }

  isStruct(name: string): boolean {
    return this.#extension.linker.struct(name) !== undefined;
  }

  constant(file: string, name: string): number | null {
    const unit = this.#extension.units.find(one => one.file === file);
    const value = unit?.enumerators[name];
    if (value !== undefined) return value;
    const body = unit?.macros.find(macro => macro.name === name && macro.parameters === null)?.body.trim();
    return body !== undefined && /^\(?-?\d+\)?$/.test(body) ? Number(body.replace(/[()]/g, '')) : null;
  }

  isCast(name: string): boolean {
    return this.#extension.linker.isCast(name);
  }

  isIdle(code: Code, step: number): boolean {
    const view = this.#view(code);
    return view !== undefined && isIdle(view, step);
  }

  isTuple(code: Code, step: number, argument: number): boolean {
    const view = this.#view(code);
    const op = view?.op(step);
    const value = op?.kind === 'call' ? op.args[argument] : undefined;
    return view !== undefined && value !== undefined && isTuple(this.#extension, view, value, step);
  }

  #view({ file, unit }: Code): FunctionView | undefined {
    const found = this.#extension.linker.resolve(file, unit.body.name);
    return found === undefined ? undefined : this.#extension.functionOf(found.id);
  }

  suspends(_file: string, name: string): boolean {
    return this.#suspending.has(name);
  }

  includes(file: string, header: RegExp): boolean {
    return this.#extension.units.some(unit => unit.file === file && unit.includes.some(name => header.test(name)));
  }

  text(file: string): string | null {
    return this.#text(file);
  }
}

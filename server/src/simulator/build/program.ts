/** Lays out memory and collects threads, sources and properties into a program. */
import type { Expression } from '../machine/expression.ts';
import {
  type Cell,
  type FinalCheck,
  type Format,
  type Group,
  type MemoryObject,
  NULL_PAGE,
  type Program,
} from '../machine/program.ts';
import { ThreadBuilder } from './thread.ts';

export interface CellOptions {
  readonly format?: Format;
  readonly owns?: boolean;
}

export interface FieldDeclaration extends CellOptions {
  /** Shown after the object's name and a dot; with `->` or `[` in front, as it is. */
  readonly name: string;
  readonly initial?: number;
}

export interface ObjectDeclaration {
  readonly name: string;
  readonly type: string;
  /** After the liveness cell, which every object has at offset 0. */
  readonly fields: readonly FieldDeclaration[];
  readonly alive?: boolean;
  readonly python?: boolean;
  readonly count?: ((base: number) => Expression) | null;
  readonly audited?: boolean;
}

export class ProgramBuilder {
  readonly groups: Group[] = [];
  private readonly cells: Cell[] = [];
  private readonly objects: MemoryObject[] = [];
  private readonly threads: ThreadBuilder[] = [];
  private readonly checks: FinalCheck[] = [];
  private readonly outcome: { name: string; value: Expression }[] = [];
  /** Compare counts with references at the end. */
  audit = true;

  constructor() {
    for (let i = 0; i < NULL_PAGE; i++) this.cells.push({ name: 'NULL', initial: 0, format: 'hidden', owns: false });
  }

  /** A variable outside all objects. Returns its address. */
  global(name: string, initial = 0, options: CellOptions = {}): number {
    return this.cell(name, initial, options);
  }

  /** An array of variables: `name[0]` and so on, or as `name` says. Returns the address of the first. */
  globals(
    name: string | ((index: number) => string),
    size: number,
    initial: (index: number) => number = () => 0,
    options: CellOptions = {},
  ): number {
    const first = this.cells.length;
    const named = typeof name === 'string' ? (index: number): string => `${name}[${index}]` : name;
    for (let i = 0; i < size; i++) this.cell(named(i), initial(i), options);
    return first;
  }

  /** Returns the object's base: the pointer to it. Field `i` of the declaration is at offset `i + 1`. */
  object(declaration: ObjectDeclaration): number {
    const { name, type, fields } = declaration;
    const base = this.cells.length;
    this.cell(`${name}.alive`, declaration.alive === false ? 0 : 1, { format: 'hidden' });
    for (const f of fields) this.cell(`${name}${/^(?:->|\[)/.test(f.name) ? '' : '.'}${f.name}`, f.initial ?? 0, f);
    this.objects.push({
      name,
      type,
      base,
      size: fields.length + 1,
      python: declaration.python ?? false,
      count: declaration.count?.(base) ?? null,
      audited: declaration.audited ?? true,
    });
    return base;
  }

  /** Initial value of a cell that was laid out before what it points to. */
  initialize(address: number, value: number): void {
    this.cells[address] = { ...this.cells[address]!, initial: value };
  }

  initialValue(address: number): number {
    return this.cells[address]!.initial;
  }

  /** Address of the next cell. */
  get size(): number {
    return this.cells.length;
  }

  thread(runs: string): ThreadBuilder {
    const index = this.threads.length;
    const thread = new ThreadBuilder(index, `T${index + 1}`, runs, this.groups);
    this.threads.push(thread);
    return thread;
  }

  /** Must hold when all threads are done and none failed. */
  finally(holds: Expression, failure: FinalCheck['failure'], text: string): void {
    this.checks.push({ holds, failure, text });
  }

  /** The values of all outcomes together must be those of some order of whole threads. */
  serialisable(name: string, value: Expression): void {
    this.outcome.push({ name, value });
  }

  build(): Program {
    return {
      cells: this.cells,
      objects: this.objects,
      threads: this.threads.map(thread => thread.build()),
      groups: this.groups,
      checks: this.checks,
      audit: this.audit,
      outcome: this.outcome,
    };
  }

  private cell(name: string, initial: number, options: CellOptions): number {
    const { format = 'number', owns = false } = options;
    return this.cells.push({ name, initial, format, owns }) - 1;
  }
}

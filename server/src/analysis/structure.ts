/**
 * How the functions of an extension hang together: who calls whom, and where threads come in. Most edits change what a function
 * does and none of this, so it is taken over.
 */
import type { FunctionBody, Table, TableEntry } from '../program/model.ts';
import { CallersByName } from './callers-by-name.ts';
import { type CallGraph, callGraph } from './callgraph.ts';
import { type EntryPoint, entryPoints } from './entries.ts';
import { callsOfParameter, isRunning } from './handed-on.ts';
import { sameLists } from './lists.ts';
import { type MemberFunctions, memberFunctions } from './members.ts';
import { type GivenAway, type NamedCall, outlineOf } from './outline.ts';
import type { Linker } from './program.ts';
import type { Symbols } from './symbols.ts';

export class Structure {
  /** The same object as long as an edit changes neither who calls whom nor where threads come in, if only at other steps. */
  readonly shape: object;
  readonly graph: CallGraph;
  readonly entries: readonly EntryPoint[];
  readonly callers: CallersByName;
  readonly #members: MemberFunctions;
  readonly #symbols: Symbols;
  readonly #bodies: readonly FunctionBody[];
  readonly #tables: readonly (readonly Table[])[];

  private constructor(
    linker: Linker,
    parts: Pick<Structure, 'shape' | 'graph' | 'entries' | 'callers'>,
    members: MemberFunctions,
  ) {
    this.shape = parts.shape;
    this.graph = parts.graph;
    this.entries = parts.entries;
    this.callers = parts.callers;
    this.#members = members;
    this.#symbols = linker.symbols;
    this.#bodies = linker.functions.map(fn => fn.function.body);
    this.#tables = linker.units.map(unit => unit.tables);
  }

  static of(linker: Linker): Structure {
    const members = memberFunctions(linker);
    const callers = CallersByName.of(linker.functions.map(fn => fn.function.body));
    const entries = entryPoints(linker, members);
    return new Structure(linker, { shape: {}, graph: callGraph(linker, members), entries, callers }, members);
  }

  /** The structure after an edit; null when it is another. */
  after(linker: Linker): Structure | null {
    const tables = linker.units.map(unit => unit.tables);
    if (linker.symbols !== this.#symbols || !sameLists(tables, this.#tables, sameTables)) return null;
    let stepsStand = true;
    let { callers } = this;
    for (const { id, unit, function: fn } of linker.functions) {
      const before = this.#bodies[id]!;
      if (fn.body === before) continue;
      const mine = leadingCalls(linker, unit.file, fn.body);
      const theirs = leadingCalls(linker, unit.file, before);
      if (!sameFace(fn.body, before) || !sameLists(mine, theirs, sameCall) || !sameGifts(fn.body, before)) return null;
      stepsStand &&= mine.every(({ step }, index) => step === theirs[index]?.step);
      callers = callers.after(id, before, fn.body);
    }
    const { shape, entries } = this;
    const graph = stepsStand ? this.graph : callGraph(linker, this.#members);
    return new Structure(linker, { shape, graph, entries, callers }, this.#members);
  }
}

/** Calls that may lead to a function of the extension. */
function leadingCalls(linker: Linker, file: string, body: FunctionBody): NamedCall[] {
  const callees = linker.symbols.calleesOf(file, body);
  return outlineOf(body).calls.filter(call => call.throughPointer || callees[call.callee]! >= 0 || isRunning(call));
}

/** What the extension knows a function by, beside its name. */
function sameFace(a: FunctionBody, b: FunctionBody): boolean {
  if (a.parameters !== b.parameters || a.ofClass !== b.ofClass || a.returnType.base !== b.returnType.base) return false;
  if (a.facts.clinic !== b.facts.clinic || a.facts.runByLoader !== b.facts.runByLoader) return false;
  for (let index = 0; index < a.parameters; index++) {
    const one = a.locals[index]?.type;
    const other = b.locals[index]?.type;
    if (one?.base !== other?.base || one?.pointers !== other?.pointers) return false;
  }
  return true;
}

/** The same addresses given away, and what the parameters are called at the same of the calls through pointers. */
function sameGifts(a: FunctionBody, b: FunctionBody): boolean {
  if (!sameLists(outlineOf(a).givenAway, outlineOf(b).givenAway, sameGift)) return false;
  const mine = pointerCalls(a);
  const theirs = pointerCalls(b);
  for (let parameter = 0; parameter < a.parameters; parameter++) {
    const here = callsOfParameter(a, parameter);
    const there = callsOfParameter(b, parameter);
    if (!sameLists(here, there, (one, other) => mine.indexOf(one) === theirs.indexOf(other))) return false;
  }
  return true;
}

function pointerCalls(body: FunctionBody): number[] {
  return (outlineOf(body).byKind.get('call') ?? []).filter(step => {
    const op = body.steps[step]?.op;
    return op?.kind === 'call' && op.callee.kind === 'pointer';
  });
}

function sameCall(a: NamedCall, b: NamedCall): boolean {
  return a.name === b.name && a.throughPointer === b.throughPointer && a.passes === b.passes;
}

function sameGift(a: GivenAway, b: GivenAway): boolean {
  const sameHolder = a.field === b.field && a.variable === b.variable;
  return a.name === b.name && a.callee === b.callee && a.argument === b.argument && sameHolder;
}

function sameTables(a: readonly Table[], b: readonly Table[]): boolean {
  return sameLists(a, b, sameTable);
}

function sameTable(a: Table, b: Table): boolean {
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    a.build?.only === b.build?.only &&
    sameLists(a.entries, b.entries, sameEntry)
  );
}

function sameEntry(a: TableEntry, b: TableEntry): boolean {
  return (
    a.slot === b.slot &&
    a.target === b.target &&
    a.name === b.name &&
    a.detail === b.detail &&
    a.build?.only === b.build?.only
  );
}

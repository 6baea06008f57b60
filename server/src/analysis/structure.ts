/**
 * How the functions of an extension hang together: who calls whom, and where threads come in. Most edits change what a function
 * does and none of this, so it is taken over.
 */
import type { FunctionBody, Table, TableEntry } from '../program/model.ts';
import { type CallGraph, callGraph } from './callgraph.ts';
import { type EntryPoint, entryPoints } from './entries.ts';
import { callsOfParameter } from './handed-on.ts';
import { sameLists } from './lists.ts';
import { type MemberFunctions, memberFunctions } from './members.ts';
import { type GivenAway, type NamedCall, outlineOf } from './outline.ts';
import type { Linker } from './program.ts';
import type { Symbols } from './symbols.ts';

/** What all structures have in common that differ in nothing but the steps at which calls stand. */
export class Shape {
  readonly #callers = new Map<string, number[]>();

  constructor(bodies: readonly FunctionBody[]) {
    for (const [id, body] of bodies.entries()) {
      for (const name of new Set(outlineOf(body).calls.map(call => call.name))) {
        const list = this.#callers.get(name);
        if (list === undefined) this.#callers.set(name, [id]);
        else list.push(id);
      }
    }
  }

  /** Functions with calls of that name, or through a pointer of that name, in order. */
  callersNaming(name: string): readonly number[] {
    return this.#callers.get(name) ?? [];
  }
}

export class Structure {
  readonly shape: Shape;
  readonly graph: CallGraph;
  readonly entries: readonly EntryPoint[];
  readonly #members: MemberFunctions;
  readonly #symbols: Symbols;
  readonly #bodies: readonly FunctionBody[];
  readonly #tables: readonly (readonly Table[])[];

  private constructor(
    linker: Linker,
    shape: Shape,
    members: MemberFunctions,
    entries: readonly EntryPoint[],
    graph: CallGraph,
  ) {
    this.shape = shape;
    this.graph = graph;
    this.entries = entries;
    this.#members = members;
    this.#symbols = linker.symbols;
    this.#bodies = linker.functions.map(fn => fn.function.body);
    this.#tables = linker.units.map(unit => unit.tables);
  }

  static of(linker: Linker): Structure {
    const members = memberFunctions(linker);
    const shape = new Shape(linker.functions.map(fn => fn.function.body));
    return new Structure(linker, shape, members, entryPoints(linker, members), callGraph(linker, members));
  }

  /** The structure after an edit; null when it is another. */
  after(linker: Linker): Structure | null {
    const tables = linker.units.map(unit => unit.tables);
    if (linker.symbols !== this.#symbols || !sameLists(tables, this.#tables, sameTables)) return null;
    let stepsStand = true;
    for (const { id, function: fn } of linker.functions) {
      const before = this.#bodies[id]!;
      if (fn.body === before) continue;
      if (!sameFace(fn.body, before) || !sameConnections(fn.body, before)) return null;
      stepsStand &&= sameLists(callSteps(fn.body), callSteps(before));
    }
    const graph = stepsStand ? this.graph : callGraph(linker, this.#members);
    return new Structure(linker, this.shape, this.#members, this.entries, graph);
  }
}

function callSteps(body: FunctionBody): readonly number[] {
  return outlineOf(body).byKind.get('call') ?? [];
}

/** What the extension knows a function by, beside its name. */
function sameFace(a: FunctionBody, b: FunctionBody): boolean {
  if (a.parameters !== b.parameters || a.ofClass !== b.ofClass || a.returnType.base !== b.returnType.base) return false;
  if (a.facts.clinic !== b.facts.clinic) return false;
  for (let index = 0; index < a.parameters; index++) {
    const one = a.locals[index]?.type;
    const other = b.locals[index]?.type;
    if (one?.base !== other?.base || one?.pointers !== other?.pointers) return false;
  }
  return true;
}

/** The same calls in the same order, and the same addresses given away; the steps may be others. */
function sameConnections(a: FunctionBody, b: FunctionBody): boolean {
  const mine = outlineOf(a);
  const theirs = outlineOf(b);
  if (!sameLists(mine.calls, theirs.calls, sameCall) || !sameLists(mine.givenAway, theirs.givenAway, sameGift))
    return false;
  const steps = new Map(callSteps(a).map((step, index) => [step, index]));
  const before = new Map(callSteps(b).map((step, index) => [step, index]));
  for (let parameter = 0; parameter < a.parameters; parameter++) {
    const here = callsOfParameter(a, parameter);
    const there = callsOfParameter(b, parameter);
    if (!sameLists(here, there, (one, other) => steps.get(one) === before.get(other))) return false;
  }
  return steps.size === before.size;
}

function sameCall(a: NamedCall, b: NamedCall): boolean {
  return a.name === b.name && a.throughPointer === b.throughPointer;
}

function sameGift(a: GivenAway, b: GivenAway): boolean {
  return a.name === b.name && a.callee === b.callee && a.argument === b.argument && a.field === b.field;
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

/** A file's declarations in their places: outlines are relative to their items, the Program is not. */
import type { SyntaxFile } from '../syntax/model.ts';
import type { Builds } from './builds.ts';
import type { Outline } from './declarations.ts';
import type { Declarations } from './declared.ts';
import { resolveEntries } from './entries.ts';
import type { Environment } from './environment.ts';
import type { Generated } from './generated.ts';
import type { GuardHalf } from './guard-types.ts';
import { completeStructs, type MemberMacro } from './members.ts';
import type {
  BuildCondition,
  GlobalVariable,
  GuardType,
  MacroDefinition,
  Prototype,
  ReferenceType,
  Span,
  StructType,
  Table,
  Typedef,
} from './model.ts';

/** An outline and where it stands. `pin`: it was made by a macro, so everything in it stands at the macro's use. */
export interface Part {
  readonly outline: Outline;
  readonly start: number;
  readonly pin: { readonly span: Span; readonly macro: string } | null;
}

export function partsOf(file: SyntaxFile, outlines: readonly Outline[], generated: readonly Generated[]): Part[] {
  const parts: Part[] = outlines.map((outline, index) => ({ outline, start: file.items[index]!.start, pin: null }));
  for (const { macro, span, outlines: made } of generated) {
    for (const outline of made) parts.push({ outline, start: span.start, pin: { span, macro } });
  }
  return generated.length === 0 ? parts : parts.sort((a, b) => a.start - b.start);
}

export type Place = <T extends { readonly span: Span }>(value: T) => T;

function placeOf(part: Part): Place {
  const { pin, start } = part;
  return value => ({
    ...value,
    span: pin ? pin.span : { start: value.span.start + start, end: value.span.end + start },
  });
}

/** What the parts declare, with absolute spans. */
export function declarationsOf(
  parts: readonly Part[],
  macros: readonly MacroDefinition[],
  env: Environment,
): Declarations {
  const structs: StructType[] = [];
  const globals: GlobalVariable[] = [];
  const typedefs: Typedef[] = [];
  const prototypes: Prototype[] = [];
  const enumerators: Record<string, number | null> = {};
  const halves: GuardHalf[] = [];
  const references: ReferenceType[] = [];
  const memberMacros: MemberMacro[] = [];
  for (const part of parts) {
    const { outline } = part;
    const place = placeOf(part);
    for (const struct of outline.structs) structs.push({ ...place(struct), fields: struct.fields.map(place) });
    for (const global of outline.globals) globals.push(place(global));
    for (const [name, value] of outline.enumerators) enumerators[name] = value;
    typedefs.push(...outline.typedefs);
    prototypes.push(...outline.prototypes);
    halves.push(...outline.guards);
    references.push(...outline.references);
    memberMacros.push(...outline.memberMacros.map(place));
  }
  return {
    structs: completeStructs(structs, memberMacros, env),
    globals,
    typedefs,
    prototypes,
    enumerators,
    guards: joined(halves),
    references,
    macros,
  };
}

/** Constructors that take something, with the destructors that give it back. */
function joined(halves: readonly GuardHalf[]): GuardType[] {
  const undo = { acquire: 'release', attach: 'detach', detach: 'attach' } as const;
  const guards: GuardType[] = [];
  for (const { type, destroys, does, lock, byReference } of halves) {
    if (destroys || does === 'release' || guards.some(guard => guard.type === type)) continue;
    if (halves.some(half => half.type === type && half.destroys && half.does === undo[does]))
      guards.push({ type, enters: does, lock, byReference });
  }
  return guards;
}

export function tablesOf(builds: Builds, parts: readonly Part[], env: Environment): Table[] {
  return parts.flatMap(part => {
    const place = placeOf(part);
    return part.outline.tables.map(table => placedTable(builds, table, place, env));
  });
}

export function placedTable(builds: Builds, table: Table, place: Place, env: Environment): Table {
  const placed = place(table);
  const build = builds.at(placed.span.start);
  const entries = table.entries.map(entry => {
    const moved = place(entry);
    const own = builds.at(moved.span.start);
    return own === build ? moved : withBuild(moved, own);
  });
  return resolveEntries(withBuild({ ...placed, entries }, build), env);
}

export function withBuild<T extends object>(unit: T, build: BuildCondition | null): T {
  return build === null ? unit : { ...unit, build };
}

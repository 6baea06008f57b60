/** The facade: a file's flat syntax trees to its `TranslationUnit`. Never throws for any text; linear in it. */
import { charactersNotRead } from '../syntax/health.ts';
import type { LensedText, SyntaxFile } from '../syntax/model.ts';
import { bodyOf, generatedBody } from './bodies.ts';
import { Builds } from './builds.ts';
import { clinicFacts } from './clinic.ts';
import { outlineOf } from './declarations.ts';
import type { Declarations } from './declared.ts';
import { Environment, type ReadFragment } from './environment.ts';
import { generatedBy } from './generated.ts';
import type {
  FunctionUnit,
  GlobalVariable,
  MacroDefinition,
  ParseHealth,
  StructType,
  Table,
  TranslationUnit,
} from './model.ts';
import { declarationsOf, type Part, type Place, partsOf, placedTable, tablesOf, withBuild } from './parts.ts';
import { activeDefinitions, usesByItem } from './uses.ts';

export interface LoweringContext {
  /** What the headers that the file includes declare, outermost first: their own `TranslationUnit`s will do. */
  readonly headers?: readonly Declarations[];
  /**
   * Reads a piece of text as the file's language, for the bodies of macros. Without it, macros of the project stay plain calls.
   * Give the same function each time: what it read is kept with it.
   */
  readonly fragment?: ReadFragment;
}

const NOTHING: Declarations = {
  structs: [],
  typedefs: [],
  globals: [],
  prototypes: [],
  enumerators: {},
  macros: [],
  guards: [],
  references: [],
};

/**
 * Functions whose text stands as it did at an earlier call, and in which every name still means the same, keep their
 * `FunctionBody` object.
 */
export function lowerFile(file: SyntaxFile, context: LoweringContext = {}): TranslationUnit {
  const usesOf = usesByItem(file.lens);
  const outlines = file.items.map(item => outlineOf(item, usesOf));
  const headers = context.headers ?? [];
  const environment = (own: Declarations) => new Environment(file.language, headers, own, context.fragment);
  const definitions = activeDefinitions(file.lens);
  // What macros declare, at file scope or in a struct, can be seen only with the macros known.
  const macros = environment({ ...NOTHING, macros: definitions });
  const parts = partsOf(file, outlines, generatedBy(file, macros));
  const declarations = declarationsOf(parts, definitions, macros);
  const env = environment(declarations);
  const builds = new Builds(file.lens.conditional);
  const { functions, localTables, unknownMacros } = lowerParts(file, parts, env, builds);
  return {
    file: file.file,
    language: file.language,
    functions,
    globals: [...declarations.globals, ...functions.flatMap(placedStatics)],
    structs: withFullNames(declarations.structs, env),
    typedefs: declarations.typedefs,
    prototypes: declarations.prototypes,
    enumerators: declarations.enumerators,
    guards: declarations.guards,
    references: declarations.references,
    tables: [...tablesOf(builds, parts, env), ...localTables],
    macros: definitions,
    conditional: file.lens.conditional,
    otherwiseDefined: inactiveNames(file.lens, definitions),
    includes: file.lens.includes,
    notRead: file.notRead,
    health: healthOf(file, functions, [...unknownMacros].sort()),
  };
}

/** C++: fields and bases are named without the namespace that they share with the class. */
function withFullNames(structs: readonly StructType[], env: Environment): readonly StructType[] {
  if (env.language === 'c') return structs;
  return structs.map(struct => ({
    ...struct,
    fields: struct.fields.map(field => ({ ...field, type: env.typeIn(field.type, struct.name) })),
    bases: struct.bases.map(base => env.structIn(base, [struct.name, ...struct.aliases])?.name ?? base),
  }));
}

/** Names that only inactive text defines. */
function inactiveNames(lens: LensedText, active: readonly MacroDefinition[]): string[] {
  if (active.length === lens.definitions.length) return [];
  const here = new Set(active.map(({ name }) => name));
  return [...new Set(lens.definitions.map(({ name }) => name))].filter(name => !here.has(name));
}

interface Bodies {
  readonly functions: readonly FunctionUnit[];
  readonly localTables: readonly Table[];
  readonly unknownMacros: ReadonlySet<string>;
}

function lowerParts(file: SyntaxFile, parts: readonly Part[], env: Environment, builds: Builds): Bodies {
  const facts = clinicFacts(file.lens);
  const functions: FunctionUnit[] = [];
  const localTables: Table[] = [];
  const unknownMacros = new Set<string>();
  for (const { outline, start: at, pin } of parts) {
    const { source } = outline;
    for (const found of outline.functions) {
      const start = pin ? at : at + source.start(found.node);
      const lowered = pin
        ? generatedBody(source, found, env, { length: pin.span.end - pin.span.start, macro: pin.macro }, start)
        : bodyOf(source, found, env, facts.before(start), start);
      const build = builds.at(start);
      functions.push(withBuild({ body: lowered.body, start }, build));
      for (const { body, offset } of lowered.nested) functions.push(withBuild({ body, start: start + offset }, build));
      for (const table of lowered.tables) localTables.push(placedTable(builds, table, placeAt(start), env));
      for (const name of lowered.unknownMacros) unknownMacros.add(name);
    }
  }
  return { functions, localTables, unknownMacros };
}

function placeAt(start: number): Place {
  return value => ({ ...value, span: { start: value.span.start + start, end: value.span.end + start } });
}

function placedStatics({ body, start }: FunctionUnit): GlobalVariable[] {
  return body.statics.map(global => ({
    ...global,
    span: { start: global.span.start + start, end: global.span.end + start },
  }));
}

function healthOf(file: SyntaxFile, functions: readonly FunctionUnit[], unknownMacros: readonly string[]): ParseHealth {
  const lost = file.notRead.filter(({ reason }) => reason === 'syntax').length;
  return {
    functions: functions.length + lost,
    functionsNotRead: functions.filter(({ body }) => body.unread.length > 0).length + lost,
    characters: file.lens.original.length,
    charactersNotRead: charactersNotRead(file),
    unknownMacros,
    incomplete: file.incomplete,
  };
}

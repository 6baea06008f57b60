/** The facade: a file's flat syntax trees to its `TranslationUnit`. */
import type { PlacedItem, SyntaxFile } from '../syntax/model.ts';
import { clinicFactsBefore } from './clinic.ts';
import { type FoundFunction, type Outline, outlineOf } from './declarations.ts';
import { type Declarations, Environment, type ReadFragment } from './environment.ts';
import { lowerFunction } from './function.ts';
import type {
  BuildCondition,
  FunctionBody,
  FunctionUnit,
  GlobalVariable,
  ParseHealth,
  Span,
  StructType,
  Table,
  TranslationUnit,
} from './model.ts';
import { usesByItem } from './uses.ts';

export interface LoweringContext {
  /** Declarations of the headers that the file includes, outermost first. */
  readonly headers?: readonly Declarations[];
  /** Reads a piece of text (the body of a macro) as the file's language. Without it, macros of the project stay plain calls. */
  readonly fragment?: ReadFragment;
}

export function lowerFile(file: SyntaxFile, context: LoweringContext = {}): TranslationUnit {
  const usesOf = usesByItem(file.lens);
  const outlines = file.items.map(item => outlineOf(item, usesOf));
  const declarations = declarationsOf(file, outlines);
  const env = new Environment(file.language, [...(context.headers ?? []), declarations], context.fragment);
  const functions: FunctionUnit[] = [];
  const tables: Table[] = [];
  file.items.forEach((item, index) => {
    const outline = outlines[index]!;
    for (const found of outline.functions) {
      const start = item.start + outline.source.start(found.node);
      const body = bodyOf(item, outline, found, env, file, start);
      functions.push(withBuild({ body, start }, buildAt(file, start)));
    }
    for (const table of outline.tables) {
      tables.push(
        withBuild({ ...table, ...moveTable(table, item.start) }, buildAt(file, item.start + table.span.start)),
      );
    }
  });
  const globals = [...declarations.globals, ...functions.flatMap(({ body, start }) => body.statics.map(shift(start)))];
  return {
    file: file.file,
    language: file.language,
    functions,
    globals,
    structs: declarations.structs,
    typedefs: declarations.typedefs,
    prototypes: declarations.prototypes,
    enumerators: declarations.enumerators,
    tables,
    macros: file.lens.definitions,
    includes: file.lens.includes,
    notRead: file.notRead,
    health: healthOf(file, functions),
  };
}

function bodyOf(
  item: PlacedItem,
  outline: Outline,
  found: FoundFunction,
  env: Environment,
  file: SyntaxFile,
  start: number,
): FunctionBody {
  void item;
  return lowerFunction(outline.source, found, env, clinicFactsBefore(file.lens, start));
}

function withBuild<T extends object>(unit: T, build: BuildCondition | null): T {
  return build === null ? unit : { ...unit, build };
}

function moveSpan(span: Span, by: number): Span {
  return { start: span.start + by, end: span.end + by };
}

function shift(by: number): <T extends { readonly span: Span }>(value: T) => T {
  return value => ({ ...value, span: moveSpan(value.span, by) });
}

function moveTable(table: Table, by: number): Pick<Table, 'span' | 'entries'> {
  return { span: moveSpan(table.span, by), entries: table.entries.map(shift(by)) };
}

function moveStruct(struct: StructType, by: number): StructType {
  return { ...struct, span: moveSpan(struct.span, by), fields: struct.fields.map(shift(by)) };
}

/** What this file declares, with absolute offsets. */
function declarationsOf(file: SyntaxFile, outlines: readonly Outline[]): Declarations {
  const structs: StructType[] = [];
  const globals: GlobalVariable[] = [];
  const enumerators: Record<string, number | null> = {};
  file.items.forEach((item, index) => {
    const outline = outlines[index]!;
    for (const struct of outline.structs) structs.push(moveStruct(struct, item.start));
    for (const global of outline.globals) globals.push(shift(item.start)(global));
    for (const [name, value] of outline.enumerators) enumerators[name] = value;
  });
  return {
    structs,
    globals,
    typedefs: outlines.flatMap(outline => outline.typedefs),
    prototypes: outlines.flatMap(outline => outline.prototypes),
    enumerators,
    macros: file.lens.definitions,
  };
}

/** The innermost condition that the lens recorded around this offset. */
function buildAt(file: SyntaxFile, offset: number): BuildCondition | null {
  let found: BuildCondition | null = null;
  let width = Number.POSITIVE_INFINITY;
  for (const { span, build } of file.lens.conditional) {
    if (span.start <= offset && offset < span.end && span.end - span.start < width) {
      found = build;
      width = span.end - span.start;
    }
  }
  return found;
}

function healthOf(file: SyntaxFile, functions: readonly FunctionUnit[]): ParseHealth {
  const notRead = file.notRead.reduce((sum, { span }) => sum + span.end - span.start, 0);
  let inFunctions = 0;
  for (const { body } of functions) for (const span of body.unread) inFunctions += span.end - span.start;
  return {
    functions: functions.length,
    functionsNotRead: functions.filter(({ body }) => body.unread.length > 0).length,
    characters: file.lens.original.length,
    charactersNotRead: Math.max(notRead, inFunctions),
    unknownMacros: [],
    incomplete: file.incomplete,
  };
}

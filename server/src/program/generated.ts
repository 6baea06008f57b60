/**
 * Macros at file scope that declare things: `DEFINE_GETTER(name, field)`. The body is written out with its arguments and read as
 * C; what it declares stands at the macro's use.
 */
import type { PlacedItem, SyntaxFile } from '../syntax/model.ts';
import type { Outline } from './declarations.ts';
import type { Environment } from './environment.ts';
import { bindTexts, substitute } from './expansion.ts';
import { outlinesOf } from './fragments.ts';
import type { Span } from './model.ts';

/** Outlines of what one use of a macro declares, with the absolute span of the use. */
export interface Generated {
  readonly macro: string;
  readonly span: Span;
  readonly outlines: readonly Outline[];
}

/** Uses in one file beyond this are left alone (tables made of macros). */
const MAX_USES = 2000;
const MAX_LENGTH = 20_000;

export function generatedBy(file: SyntaxFile, env: Environment): Generated[] {
  const out: Generated[] = [];
  for (const { name, args, span } of usesAtFileScope(file)) {
    if (out.length >= MAX_USES) break;
    const outlines = expandAtFileScope(name, args, env, span.start);
    if (outlines.length > 0) out.push({ macro: name, span, outlines });
  }
  return out;
}

interface Use {
  readonly name: string;
  /** As written; null for a name without parentheses. */
  readonly args: readonly string[] | null;
  readonly span: Span;
}

const USE = /^\s*([A-Za-z_]\w*)\s*(?:\(([^]*)\))?\s*;?\s*$/;

/** Macros that the lens took out between the items, and items that are nothing but the use of a name. */
function usesAtFileScope(file: SyntaxFile): Use[] {
  const { original, uses } = file.lens;
  const found: Use[] = [];
  let at = 0;
  for (const use of [...uses.values()].sort((a, b) => a.span.start - b.span.start)) {
    while (at < file.items.length && endOf(file.items[at]!) <= use.span.start) at++;
    const item = file.items[at];
    if (item && item.start <= use.span.start) continue;
    const called = use.span.end - use.span.start > use.name.length;
    const args = use.args.map(({ start, end }) => original.slice(start, end));
    found.push({ name: use.name, args: called ? args : null, span: use.span });
  }
  for (const item of file.items) {
    const kind = item.tree.kinds[item.tree.kind[0]!];
    if (kind === 'function_definition' || kind === 'type_definition' || item.original.length > 4000) continue;
    const use = USE.exec(item.original);
    if (!use) continue;
    const args = use[2] === undefined ? null : splitArguments(use[2]);
    found.push({ name: use[1]!, args, span: { start: item.start, end: endOf(item) } });
  }
  return found;
}

function endOf(item: PlacedItem): number {
  return item.start + item.tree.length;
}

function expandAtFileScope(
  name: string,
  args: readonly string[] | null,
  env: Environment,
  at: number,
): readonly Outline[] {
  const definition = env.macro(name, at);
  const { fragment } = env;
  if (!definition || !fragment || (definition.parameters === null) !== (args === null)) return [];
  if (definition.body.length > MAX_LENGTH || !/[{(;]/.test(definition.body)) return [];
  const text = `${substitute(definition.body, bindTexts(definition, args ?? []))};`;
  return outlinesOf(text, fragment).filter(declares);
}

function declares(outline: Outline): boolean {
  const { functions, structs, globals, prototypes, tables } = outline;
  return functions.length + structs.length + globals.length + prototypes.length + tables.length > 0;
}

/** Arguments separated by commas that stand in no bracket and no string. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[(){}[\],]/g)) {
    if (token === '(' || token === '{' || token === '[') depth++;
    else if (token === ')' || token === '}' || token === ']') depth--;
    else if (token === ',' && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

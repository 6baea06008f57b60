/** How well a file was read: what the user is told instead of silence about code that nobody looked at. */
import type { ParseHealth, Span } from '../program/model.ts';
import { Flag } from './flatten.ts';
import { isKnownMacro } from './macros.ts';
import type { FlatTree, PlacedItem, SyntaxFile } from './model.ts';

/** Spans of the outermost ERROR nodes of an item. Absolute. */
export function errorSpans(item: PlacedItem): Span[] {
  const { tree, start } = item;
  const out: Span[] = [];
  if ((tree.flags[0]! & Flag.hasError) === 0) return out;
  let end = -1;
  for (let node = 0; node < tree.count; node++) {
    if ((tree.flags[node]! & Flag.error) === 0 || tree.startOffset[node]! < end) continue;
    end = tree.endOffset[node]!;
    out.push({ start: start + tree.startOffset[node]!, end: start + end });
  }
  return out;
}

/** Nodes of function definitions, nested ones (methods in classes) included. */
export function functionNodes(tree: FlatTree): number[] {
  const kind = tree.kinds.indexOf('function_definition');
  const out: number[] = [];
  for (let node = 0; node < tree.count; node++) if (tree.kind[node] === kind) out.push(node);
  return out;
}

/** The name in a function definition's declarator, qualified as written (`A::f`); empty when there is none. */
export function functionName(tree: FlatTree, text: string, node: number): string {
  const field = tree.fields.indexOf('declarator');
  let at = node;
  for (;;) {
    if (tree.kinds[tree.kind[at]!] === 'operator_cast') break;
    let child = tree.firstChild[at]!;
    while (child >= 0 && tree.field[child] !== field) child = tree.nextSibling[child]!;
    if (child < 0) {
      // `(name)` and `&name`: the declarator stands there without a field name.
      const kind = tree.kinds[tree.kind[at]!]!;
      if (!kind.endsWith('_declarator')) break;
      child = tree.firstChild[at]!;
      while (
        child >= 0 &&
        ((tree.flags[child]! & Flag.named) === 0 || tree.kinds[tree.kind[child]!] === 'ms_call_modifier')
      )
        child = tree.nextSibling[child]!;
      if (child < 0) break;
    }
    at = child;
  }
  if (at === node) return '';
  // `A::operator double() const` is one node, parentheses and all.
  const name = text.slice(tree.startOffset[at], tree.endOffset[at]);
  return name.includes('operator') ? name.replace(/(?<!operator)\s*\((?!\)\s*\().*$/s, '') : name;
}

/** The name of the function that an item was going to be, when it has that shape and its tree is none; else null. */
export function lostFunction(tree: FlatTree, text: string): string | null {
  if ((tree.flags[0]! & Flag.hasError) === 0 || functionNodes(tree).length > 0) return null;
  // Up to the body; longer heads are no function's.
  const head = /^[^;={}]{0,2000}(?=\{)/.exec(text)?.[0] ?? '';
  if (/^\s*(?:typedef|enum|struct|union)\b/.test(head) || !head.includes(')')) return null;
  return /(\w+)\s*\(/.exec(head)?.[1] ?? null;
}

/** Characters in ERROR nodes, and in whatever else was not read. */
export function charactersNotRead(file: SyntaxFile): number {
  let count = 0;
  for (const { span } of file.notRead) count += span.end - span.start;
  const lost = new Set(file.notRead.map(({ span }) => span.start));
  for (const item of file.items)
    if (!lost.has(item.start)) for (const { start, end } of errorSpans(item)) count += end - start;
  return count;
}

/** Health as far as the syntax tells; lowering knows of functions that it could read in part only. */
export function parseHealth(file: SyntaxFile): ParseHealth {
  let functions = 0;
  for (const { tree } of file.items) functions += functionNodes(tree).length;
  const functionsNotRead = file.notRead.filter(({ reason }) => reason === 'syntax').length;
  const unknown = new Set<string>();
  for (const { name } of file.lens.uses.values()) if (!isKnownMacro(name)) unknown.add(name);
  for (const { name } of file.lens.definitions) unknown.delete(name);
  return {
    functions: functions + functionsNotRead,
    functionsNotRead,
    characters: file.lens.original.length,
    charactersNotRead: charactersNotRead(file),
    unknownMacros: [...unknown].sort(),
    incomplete: file.incomplete,
  };
}

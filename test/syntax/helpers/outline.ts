import { functionName } from '../../../server/src/syntax/health.ts';
import type { FlatTree, SyntaxFile } from '../../../server/src/syntax/model.ts';

const ERROR = 2;
const MISSING = 4;

interface Node {
  readonly tree: FlatTree;
  readonly text: string;
}

function children(tree: FlatTree, node: number): number[] {
  const out: number[] = [];
  for (let child = tree.firstChild[node]!; child >= 0; child = tree.nextSibling[child]!) out.push(child);
  return out;
}

const kindOf = (tree: FlatTree, node: number): string => tree.kinds[tree.kind[node]!]!;

function written({ tree, text }: Node, node: number): string {
  return text.slice(tree.startOffset[node], tree.endOffset[node]).replace(/\s+/g, ' ').trim();
}

function statements(of: Node, node: number, indent: string, lines: string[]): void {
  const { tree } = of;
  for (const child of children(tree, node)) {
    const kind = kindOf(tree, child);
    if (
      /^(?:compound_statement|field_declaration_list|enumerator_list|initializer_list|declaration_list)$/.test(kind)
    ) {
      statements(of, child, indent, lines);
      continue;
    }
    const flags = tree.flags[child]!;
    if ((flags & ERROR) !== 0) lines.push(`${indent}ERROR ${written(of, child)}`);
    else if ((flags & MISSING) !== 0) lines.push(`${indent}MISSING ${kind}`);
    else if (
      /_statement$|^(?:declaration|field_declaration|function_definition|else_clause|initializer_pair)$/.test(kind)
    ) {
      const nested = holdsBlock(tree, child);
      const name = kind.replace(/_statement$/, '');
      lines.push(
        `${indent}${name}: ${nested ? written(of, child).replace(/\{.*$/s, '{').slice(0, 60) : written(of, child)}`,
      );
      if (nested) statements(of, child, `${indent}  `, lines);
    } else if (indent.length === 2 && (tree.flags[child]! & 1) === 1 && kindOf(tree, node) === 'initializer_list')
      lines.push(`${indent}${kind}: ${written(of, child)}`);
    else if (holdsBlock(tree, child)) statements(of, child, indent, lines);
  }
}

function holdsBlock(tree: FlatTree, node: number): boolean {
  const todo = children(tree, node);
  while (todo.length > 0) {
    const next = todo.pop()!;
    if (
      /^(?:compound_statement|field_declaration_list|initializer_list|ERROR|else_clause)$|_statement$/.test(
        kindOf(tree, next),
      )
    )
      return true;
    if ((tree.flags[next]! & (ERROR | MISSING)) !== 0) return true;
    todo.push(...children(tree, next));
  }
  return false;
}

/** What was understood, as text: items, their statements one a line, the macros that were rewritten. */
export function outline(file: SyntaxFile): string {
  const lines: string[] = [];
  for (const item of file.items) {
    const { tree, text } = item;
    const kind = kindOf(tree, 0);
    const name = kind === 'function_definition' ? functionName(tree, text, 0) : '';
    const head = text
      .replace(/[{=;].*$/s, '')
      .replace(/\s+/g, ' ')
      .trim();
    const scope = item.scope.length > 0 ? ` in ${item.scope.join('::')}` : '';
    lines.push(`${kind}${scope}${name === '' ? '' : ` ${name}`}: ${head}`);
    statements({ tree, text }, 0, '  ', lines);
  }
  const { uses, inactive, conditional } = file.lens;
  if (uses.size > 0) lines.push(`rewritten: ${[...new Set([...uses.values()].map(use => use.name))].join(' ')}`);
  for (const { condition, span } of inactive) lines.push(`inactive, ${condition}: ${plain(file, span)}`);
  for (const { build, span } of conditional)
    lines.push(`only if ${build.text}${build.only === undefined ? '' : ` (${build.only})`}: ${plain(file, span)}`);
  return `${lines.join('\n')}\n`;
}

function plain(file: SyntaxFile, { start, end }: { readonly start: number; readonly end: number }): string {
  return file.lens.original.slice(start, end).replace(/\s+/g, ' ').trim();
}

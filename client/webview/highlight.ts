/** A light colouring of C and Python: comments, strings, words of the languages. Text is never changed or lost. */
import { h, type VNode } from './dom.ts';

const STRING = /"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?/.source;
const words = (list: string): string => `\\b(?:${list.replaceAll(' ', '|')})\\b`;

const C = token(
  /\/\*.*?(?:\*\/|$)|\/\/.*/.source,
  words(
    'static const struct union enum typedef void int long short char unsigned signed size_t if else for while do switch case default break continue return goto sizeof volatile inline NULL',
  ),
);
const PYTHON = token(
  '#.*',
  words(
    'def class import from as with lambda try except finally raise pass in is not and or if elif else for while return yield None True False global del',
  ),
);

function token(comment: string, keyword: string): RegExp {
  return new RegExp(`(?<comment>${comment})|(?<string>${STRING})|(?<keyword>${keyword})`, 'g');
}

export type Language = 'c' | 'python';

/** The sources of a playback carry names only: files, or what the second thread runs. */
export const languageOf = (name: string): Language => (/\.pyi?\b|python/i.test(name) ? 'python' : 'c');

type Piece = { readonly text: string; readonly kind: string };

function pieces(text: string, language: Language): Piece[] {
  const list: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(language === 'c' ? C : PYTHON)) {
    if (match.index > end) list.push({ text: text.slice(end, match.index), kind: '' });
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? '';
    list.push({ text: match[0], kind });
    end = match.index + match[0].length;
  }
  if (end < text.length) list.push({ text: text.slice(end), kind: '' });
  return list;
}

/** The line as nodes; the columns from `from` up to `to` are marked as what the step is about. */
export function highlight(text: string, language: Language, from?: number, to = text.length): (VNode | string)[] {
  let column = 0;
  const nodes: (VNode | string)[] = [];
  for (const piece of pieces(text, language)) {
    const end = column + piece.text.length;
    // Cut at the ends of the marked range.
    const cuts = [column, end];
    if (from !== undefined) cuts.push(Math.min(Math.max(from, column), end), Math.min(Math.max(to, column), end));
    const bounds = [...new Set(cuts)].sort((a, b) => a - b);
    for (const [index, start] of bounds.slice(0, -1).entries()) {
      const part = text.slice(start, bounds[index + 1]);
      const marked = from !== undefined && start >= from && start < to;
      const kind = [piece.kind, marked ? 'about' : ''].filter(Boolean).join(' ');
      nodes.push(kind ? h('span', { class: kind }, part) : part);
    }
    column = end;
  }
  return nodes;
}

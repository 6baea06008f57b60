/**
 * Reads texts into flat syntax items. What is read again after an edit keeps every item whose text stands as the same object;
 * only the others are mended and parsed.
 */

import type { NotRead } from '../program/model.ts';
import { type LensOptions, lensedText, type Mended, mend, splitText } from './lens.ts';
import type { MacroUse, PlacedItem, SyntaxFile } from './model.ts';
import type { Deadline, Flattened, Parser } from './parser.ts';

export interface ReadOptions extends LensOptions {
  readonly deadline?: Deadline;
}

export interface Edit {
  readonly span: { readonly start: number; readonly end: number };
  readonly text: string;
}

export interface Reader {
  read(file: string, text: string, options: ReadOptions): SyntaxFile;
  /** The file after edits (non-overlapping, in offsets of its text before any of them). */
  edit(previous: SyntaxFile, edits: readonly Edit[], options: ReadOptions): SyntaxFile;
  dispose(): void;
}

/** One item's text, mended and parsed. */
interface ReadItem {
  readonly mended: Mended;
  readonly uses: ReadonlyMap<number, MacroUse>;
  readonly trees: readonly Flattened[] | null;
}

const never: Deadline = { passed: () => false };
const caches = new WeakMap<SyntaxFile, Map<string, ReadItem>>();

export function createReader(parser: Parser): Reader {
  const readWith = (file: string, text: string, options: ReadOptions, known: Map<string, ReadItem>): SyntaxFile => {
    const { language, deadline = never } = options;
    const split = splitText(text, options);
    const kept = new Map<string, ReadItem>();
    const read: ReadItem[] = [];
    const items: PlacedItem[] = [];
    const notRead: NotRead[] = [];
    let incomplete = false;
    for (const cut of split.cuts) {
      const clean = split.clean.slice(cut.start, cut.end);
      const key = split.learnt.key + clean;
      let item = kept.get(key) ?? known.get(key);
      if (item === undefined) {
        const mended = mend(clean, options, split.learnt);
        const trees = incomplete ? null : parser.parse(language, mended.text, deadline);
        const uses = new Map(mended.uses.map(use => [use.span.start, use]));
        item = { mended, uses, trees };
      }
      read.push(item);
      if (item.trees === null) {
        incomplete = true;
        notRead.push({ span: { start: cut.start, end: cut.end }, reason: 'deadline', name: null });
        continue;
      }
      kept.set(key, item);
      for (const { start, tree } of item.trees) {
        const from = cut.start + start;
        items.push({
          start: from,
          tree,
          text: item.mended.text.slice(start, start + tree.length),
          original: text.slice(from, from + tree.length),
          scope: cut.scope,
        });
      }
    }
    const result: SyntaxFile = {
      file,
      language,
      lens: lensedText(
        split,
        read.map(item => item.mended),
      ),
      items,
      notRead,
      incomplete,
    };
    caches.set(result, kept);
    return result;
  };
  return {
    read: (file, text, options) => readWith(file, text, options, new Map()),
    edit: (previous, edits, options) =>
      readWith(previous.file, applyEdits(previous.lens.original, edits), options, caches.get(previous) ?? new Map()),
    dispose: () => parser.dispose(),
  };
}

export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.span.start - b.span.start);
  let out = '';
  let end = 0;
  for (const edit of sorted) {
    out += text.slice(end, edit.span.start) + edit.text;
    end = edit.span.end;
  }
  return out + text.slice(end);
}

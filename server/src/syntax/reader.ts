/**
 * Reads texts into flat syntax items. What is read again after an edit keeps every item whose text stands as the same object;
 * only the others are mended and parsed.
 */
import type { NotRead, Span } from '../program/model.ts';
import { lostFunction } from './health.ts';
import { isBinary } from './language.ts';
import { lensedText, type Mended, mend } from './lens.ts';
import type { MacroUse, PlacedItem, SyntaxFile } from './model.ts';
import { ownCopy } from './own-copy.ts';
import type { Deadline, Flattened, Parser } from './parser.ts';
import { type Resplit, resplit } from './resplit.ts';
import { type LensOptions, type SplitText, splitText, unsplit } from './split.ts';
import { movedUse } from './uses.ts';

export interface ReadOptions extends LensOptions {
  /** For the whole text: when it has passed, what was not read by then is reported as not read. */
  readonly deadline?: Deadline;
  /** A fresh one for each item, so that one that makes the parser explode is given up and the others are not. */
  readonly itemDeadline?: () => Deadline;
}

export interface Edit {
  readonly span: Span;
  readonly text: string;
}

export interface Reader {
  read(file: string, text: string, options: ReadOptions): SyntaxFile;
  /** The file after edits (non-overlapping, in offsets of its text before any of them). Equal to reading its new text. */
  edit(previous: SyntaxFile, edits: readonly Edit[], options: ReadOptions): SyntaxFile;
  /** The same for who has the new text at hand: what changed is found by comparing. */
  reread(previous: SyntaxFile, text: string, options: ReadOptions): SyntaxFile;
  dispose(): void;
}

/** One cut's text, mended and parsed. */
interface ReadCut {
  readonly mended: Mended;
  readonly parts: readonly ReadPart[] | null;
}

interface ReadPart extends Flattened {
  readonly text: string;
  readonly uses: ReadonlyMap<number, MacroUse>;
  /** The function that it was going to be. */
  readonly lost: string | null;
}

interface Kept {
  readonly split: SplitText;
  readonly cuts: readonly ReadCut[];
  readonly options: ReadOptions;
}

const never: Deadline = { passed: () => false };
const noUses: ReadonlyMap<number, MacroUse> = new Map();

/** What a result was made from, for the reading after the next edit. Goes when the result goes. */
const keptBy = new WeakMap<SyntaxFile, Kept>();

export function createReader(parser: Parser): Reader {
  function readCut(clean: string, learnt: SplitText['learnt'], options: ReadOptions): ReadCut {
    const { language, deadline = never, itemDeadline } = options;
    const mended = mend(clean, language, learnt);
    const own = itemDeadline?.() ?? never;
    const either: Deadline = { passed: () => deadline.passed() || own.passed() };
    const trees = deadline.passed() ? null : parser.parse(language, mended.text, either);
    return { mended, parts: trees?.map(tree => partOf(tree, mended)) ?? null };
  }

  function readAll(
    file: string,
    { split, before, after }: Resplit,
    options: ReadOptions,
    kept: Kept | null,
  ): SyntaxFile {
    const total = split.cuts.length;
    const known = kept === null ? null : byText(kept, before, after);
    const cuts = split.cuts.map((cut, index) => {
      const same = index < before ? index : index >= total - after ? index - total + (kept?.cuts.length ?? 0) : -1;
      if (same >= 0 && kept!.cuts[same]!.parts !== null) return kept!.cuts[same]!;
      return known?.get(cut.text) ?? readCut(cut.text, split.learnt, options);
    });
    const result = assemble(file, split, cuts, options, kept !== null);
    keptBy.set(result, { split, cuts, options });
    return result;
  }

  function reread(previous: SyntaxFile, text: string, options: ReadOptions): SyntaxFile {
    const kept = keptBy.get(previous) ?? null;
    if (kept === null || !sameLens(kept.options, options))
      return readAll(previous.file, splitAll(text, options), options, null);
    const again = isBinary(text) ? splitAll(text, options) : resplit(kept.split, text, options);
    const known = again.split.learnt.key === kept.split.learnt.key ? kept : null;
    return readAll(previous.file, again, options, known);
  }

  return {
    read: (file, text, options) => readAll(file, splitAll(text, options), options, null),
    edit: (previous, edits, options) => reread(previous, applyEdits(previous.lens.original, edits), options),
    reread,
    dispose: () => parser.dispose(),
  };
}

function splitAll(text: string, options: ReadOptions): Resplit {
  return { split: isBinary(text) ? unsplit(text) : splitText(text, options), before: 0, after: 0 };
}

function sameLens(a: LensOptions, b: LensOptions): boolean {
  const { headerMacros: mine = [] } = a;
  const { headerMacros: theirs = [] } = b;
  if (a.language !== b.language || a.target !== b.target || a.template !== b.template) return false;
  return mine.length === theirs.length && mine.every((list, i) => list === theirs[i]);
}

/** The cuts that are not already known to stand, by their clean text: an item that moved is still the same item. */
function byText({ split, cuts }: Kept, before: number, after: number): Map<string, ReadCut> {
  const known = new Map<string, ReadCut>();
  for (let i = before; i < cuts.length - after; i++) {
    if (cuts[i]!.parts !== null) known.set(split.cuts[i]!.text, cuts[i]!);
  }
  return known;
}

function partOf({ start, tree }: Flattened, { text, uses }: Mended): ReadPart {
  const end = start + tree.length;
  const own = uses.filter(use => use.span.start >= start && use.span.start < end);
  const written = text.slice(start, end);
  return {
    start,
    tree,
    text: written,
    lost: lostFunction(tree, written),
    uses: own.length === 0 ? noUses : new Map(own.map(use => [use.span.start - start, movedUse(use, -start)])),
  };
}

/**
 * An item in its file. Its original text is cut out when asked for, so that no old text is kept alive by its items. Of a text that
 * is being edited it is a copy: what is worked out of an item keeps it, and would keep the whole text of each edit with it.
 */
class Placed implements PlacedItem {
  readonly start: number;
  readonly scope: readonly string[];
  readonly #part: ReadPart;
  readonly #file: string;
  readonly #isEdited: boolean;

  constructor(start: number, part: ReadPart, scope: readonly string[], file: string, isEdited: boolean) {
    this.start = start;
    this.scope = scope;
    this.#part = part;
    this.#file = file;
    this.#isEdited = isEdited;
  }

  get tree(): PlacedItem['tree'] {
    return this.#part.tree;
  }

  get text(): string {
    return this.#part.text;
  }

  get uses(): PlacedItem['uses'] {
    return this.#part.uses;
  }

  get original(): string {
    const written = this.#file.slice(this.start, this.start + this.#part.tree.length);
    return this.#isEdited ? ownCopy(written) : written;
  }
}

function assemble(
  file: string,
  split: SplitText,
  cuts: readonly ReadCut[],
  { language }: ReadOptions,
  isEdited: boolean,
): SyntaxFile {
  const items: PlacedItem[] = [];
  const notRead: NotRead[] = [];
  if (isBinary(split.original))
    notRead.push({ span: { start: 0, end: split.original.length }, reason: 'binary', name: null });
  for (const [index, { parts }] of cuts.entries()) {
    const { start, end, scope } = split.cuts[index]!;
    if (parts === null) notRead.push({ span: { start, end }, reason: 'deadline', name: null });
    else
      for (const part of parts) {
        const from = start + part.start;
        items.push(new Placed(from, part, scope, split.original, isEdited));
        if (part.lost !== null)
          notRead.push({ span: { start: from, end: from + part.tree.length }, reason: 'syntax', name: part.lost });
      }
  }
  const mended = cuts.map(cut => cut.mended);
  return {
    file,
    language,
    lens: lensedText(split, mended),
    items,
    notRead,
    incomplete: notRead.some(({ reason }) => reason === 'deadline'),
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

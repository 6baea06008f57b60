/**
 * The lens's first half: a whole text cut into clean items. Comments, directives and code that the build doesn't have are
 * blanked; nothing is repaired yet. After an edit only the items around it are cut again (`resplit`), because between two
 * items that end outside of all brackets, comments and `#if` groups a text can be taken apart and put together.
 */
import type { MacroDefinition, Span } from '../program/model.ts';
import { Canvas } from './canvas.ts';
import { type Builds, resolveConditionals } from './conditionals.ts';
import { knownBuild, type PythonTarget } from './conditions.ts';
import { directiveFacts } from './definitions.ts';
import { type Cut, cutItems } from './items.ts';
import { learnMacros } from './learn.ts';
import { type LearntMacros, nothingLearnt } from './macros.ts';
import type { Language, LensedText } from './model.ts';
import { paintTemplates } from './templates.ts';
import { Token, type Tokens, tokenize } from './tokens.ts';

export interface LensOptions {
  readonly language: Language;
  /** numpy's `.c.src`: `@name@` stands in the text. */
  readonly template?: boolean;
  readonly target?: PythonTarget;
  /** Definitions of the headers that the file includes, a list for each. The same lists each time: what is learnt is kept. */
  readonly headerMacros?: readonly (readonly MacroDefinition[])[];
}

type Facts = Pick<LensedText, 'inactive' | 'conditional' | 'definitions' | 'includes' | 'comments'>;

/** A text cut into items; each still has to be mended. */
export interface SplitText extends Facts {
  readonly original: string;
  /** Same length; only what belongs to an item is left. */
  readonly clean: string;
  readonly cuts: readonly Cut[];
  /** For each cut: the `#if` branch that it ends in (offset of the directive), -1 for none, or null: the text can't be parted here. */
  readonly seams: readonly (number | null)[];
  readonly learnt: LearntMacros;
  /** Nothing was open at the end: brackets, comments, conditionals. */
  readonly closed: boolean;
}

const fileScope: readonly string[] = [];
const noMacros: readonly (readonly MacroDefinition[])[] = [];

export function splitText(original: string, options: LensOptions): SplitText {
  return splitPart(original, options, null, fileScope);
}

/** A text of which nothing is taken for code. */
export function unsplit(original: string): SplitText {
  return {
    original,
    clean: '',
    cuts: [],
    seams: [],
    learnt: nothingLearnt,
    closed: false,
    inactive: [],
    conditional: [],
    definitions: [],
    includes: [],
    comments: [],
  };
}

/** `learnt`: null when it has to be learnt from this very text. */
function splitPart(
  original: string,
  options: LensOptions,
  learnt: LearntMacros | null,
  scope: readonly string[],
): SplitText {
  const { language, template = false } = options;
  const cpp = language === 'cpp';
  const tokens = tokenize(original, { language, template });
  const { live, inactive, conditional, closed } = resolveConditionals(tokens, buildsOf(options), cpp);
  const canvas = cleanCanvas(tokens, live);
  if (template) paintTemplates(tokens, live, canvas);
  const facts = directiveFacts(tokens);
  const macros = learnt ?? learnMacros(facts.definitions, options.headerMacros ?? noMacros);
  const items = cutItems(tokens, live, cpp, macros, scope);
  return {
    original,
    clean: canvas.toString(),
    cuts: items.cuts,
    seams: seamsOf(tokens, items.cuts),
    learnt: macros,
    closed: closed && items.closed,
    inactive,
    conditional,
    comments: factComments(tokens),
    ...facts,
  };
}

function buildsOf({ language, target = '3.14' }: LensOptions): Builds {
  const cpp = language === 'cpp';
  return {
    build: knownBuild({ target, cpp, freeThreaded: true }),
    gilBuild: knownBuild({ target, cpp, freeThreaded: false }),
  };
}

/** The text with nothing but its live tokens; digraphs are spelt out. */
function cleanCanvas(tokens: Tokens, live: Uint32Array): Canvas {
  const canvas = new Canvas(tokens.text);
  let end = 0;
  for (const token of live) {
    const start = tokens.start[token]!;
    canvas.blank(end, start);
    end = tokens.end[token]!;
    const digraph = tokens.code[token]!;
    if (digraph !== 0 && end - start === 2) canvas.replace(start, end, String.fromCharCode(digraph));
  }
  canvas.blank(end, tokens.text.length);
  return canvas;
}

function factComments({ text, comments }: Tokens): Span[] {
  const out: Span[] = [];
  for (let i = 0; i < comments.length; i += 2) {
    const start = comments[i]!;
    const end = comments[i + 1]!;
    if (carriesFacts(text.slice(start, Math.min(end, start + 400)))) out.push({ start, end });
  }
  return out;
}

function carriesFacts(comment: string): boolean {
  return comment.includes('clinic ') || comment.includes('gilproof:') || comment.includes('NOLINT');
}

/** A cut is a seam when it ends its line with a `;` or `}`: nothing that follows could have changed where it ends. */
function seamsOf(tokens: Tokens, cuts: readonly Cut[]): (number | null)[] {
  const { text, kind, start, count } = tokens;
  const branches: number[] = [];
  let token = 0;
  return cuts.map(cut => {
    for (; token < count && start[token]! < cut.end; token++) {
      if (kind[token] !== Token.directive) continue;
      const name = /\w+/.exec(text.slice(start[token], start[token]! + 40))?.[0] ?? '';
      if (name.startsWith('if')) branches.push(start[token]!);
      else if (name === 'endif') branches.pop();
      else if (name.startsWith('el') && branches.length > 0) branches[branches.length - 1] = start[token]!;
    }
    const last = text.charCodeAt(cut.end - 1);
    const next = text.charCodeAt(cut.end);
    if ((last !== 59 && last !== 125) || (next !== 10 && next !== 13)) return null;
    return branches.at(-1) ?? -1;
  });
}

/** How a split differs from the one before it. */
export interface Resplit {
  readonly split: SplitText;
  /** So many cuts at the beginning and at the end are the same as before (those at the end moved). */
  readonly before: number;
  readonly after: number;
}

/** The split of a text that differs from an earlier one in one place. Equal to `splitText` of it. */
export function resplit(previous: SplitText, original: string, options: LensOptions): Resplit {
  const part = previous.closed && options.template !== true ? changedPart(previous, original) : null;
  const again = part === null ? null : splitChanged(previous, original, options, part);
  return again ?? { split: splitText(original, options), before: 0, after: 0 };
}

/** Cuts `[first, end)` of the earlier split, and the text that now stands in their place. */
interface ChangedPart {
  readonly first: number;
  readonly end: number;
  /** What holds around it. */
  readonly seam: number;
  readonly scope: readonly string[];
  readonly start: number;
  readonly oldStop: number;
  readonly moved: number;
}

function changedPart({ original: old, cuts, seams }: SplitText, text: string): ChangedPart | null {
  const from = commonPrefix(old, text);
  const rest = commonSuffix(old, text, from);
  let first = 0;
  for (let high = cuts.length; first < high; ) {
    const middle = (first + high) >> 1;
    // The line break behind the cut must stand too.
    if (cuts[middle]!.end < from) first = middle + 1;
    else high = middle;
  }
  while (first > 0 && seams[first - 1] === null) first--;
  // The beginning and the end of the text are seams too.
  const seam = seams[first - 1] ?? -1;
  const scope = cuts[first - 1]?.scope ?? fileScope;
  let last = first;
  while (last < cuts.length && (cuts[last]!.end < old.length - rest || seams[last] !== seam)) last++;
  if (last < cuts.length && cuts[last]!.scope !== scope) return null;
  return {
    first,
    end: Math.min(last + 1, cuts.length),
    seam,
    scope,
    start: cuts[first - 1]?.end ?? 0,
    oldStop: cuts[last]?.end ?? old.length,
    moved: text.length - old.length,
  };
}

function splitChanged(previous: SplitText, original: string, options: LensOptions, part: ChangedPart): Resplit | null {
  const { first, end, seam, scope, start, oldStop, moved } = part;
  const stop = oldStop + moved;
  if (stop < start) return null;
  const inner = splitPart(original.slice(start, stop), options, previous.learnt, scope);
  if (!inner.closed || (stop < original.length && inner.cuts.at(-1)?.end !== stop - start) || inner.includes.length > 0)
    return null;
  if (/#\s*include/.test(previous.original.slice(start, oldStop))) return null;
  const replaced = previous.definitions.filter(({ span }) => span.start >= start && span.end <= oldStop);
  if (!sameDefinitions(replaced, inner.definitions)) return null;
  const splice = <T extends { readonly span: Span }>(all: readonly T[], own: readonly T[]): T[] =>
    spliceSpans(all, own, part);
  const split: SplitText = {
    original,
    clean: previous.clean.slice(0, start) + inner.clean + previous.clean.slice(oldStop),
    cuts: [
      ...previous.cuts.slice(0, first),
      ...inner.cuts.map(cut => movedCut(cut, start)),
      ...previous.cuts.slice(end).map(cut => movedCut(cut, moved)),
    ],
    seams: [
      ...previous.seams.slice(0, first),
      ...inner.seams.map(own => (own === null ? null : own < 0 ? seam : own + start)),
      ...previous.seams.slice(end).map(own => (own === null || own < oldStop ? own : own + moved)),
    ],
    learnt: previous.learnt,
    closed: true,
    inactive: splice(previous.inactive, inner.inactive),
    conditional: splice(previous.conditional, inner.conditional),
    definitions: splice(previous.definitions, inner.definitions),
    includes: previous.includes,
    comments: splice(
      previous.comments.map(span => ({ span })),
      inner.comments.map(span => ({ span })),
    ).map(({ span }) => span),
  };
  return { split, before: first, after: previous.cuts.length - end };
}

function movedCut(cut: Cut, by: number): Cut {
  return by === 0 ? cut : { start: cut.start + by, end: cut.end + by, scope: cut.scope };
}

function spliceSpans<T extends { readonly span: Span }>(
  all: readonly T[],
  own: readonly T[],
  { start, oldStop, moved }: ChangedPart,
): T[] {
  const shift = (entry: T, from: number, to: number): T => ({
    ...entry,
    span: { start: entry.span.start + from, end: entry.span.end + to },
  });
  const before: T[] = [];
  const after: T[] = [];
  for (const entry of all) {
    const { span } = entry;
    if (span.end <= start) before.push(entry);
    else if (span.start >= oldStop) after.push(moved === 0 ? entry : shift(entry, moved, moved));
    // Around the part: a branch that holds all of it.
    else if (span.start < start) before.push(shift(entry, 0, moved));
  }
  return [...before, ...own.map(entry => shift(entry, start, start)), ...after];
}

function sameDefinitions(a: readonly MacroDefinition[], b: readonly MacroDefinition[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, body, parameters }, i) => {
      const other = b[i]!;
      return name === other.name && body === other.body && parameters?.join() === other.parameters?.join();
    })
  );
}

/** Compared in pieces, which is faster than unit by unit. */
const PIECE = 4096;

function commonPrefix(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at + PIECE <= length && a.slice(at, at + PIECE) === b.slice(at, at + PIECE)) at += PIECE;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function commonSuffix(a: string, b: string, prefix: number): number {
  const length = Math.min(a.length, b.length) - prefix;
  let at = 0;
  while (at + PIECE <= length && piece(a, at) === piece(b, at)) at += PIECE;
  while (at < length && a.charCodeAt(a.length - 1 - at) === b.charCodeAt(b.length - 1 - at)) at++;
  return at;
}

function piece(text: string, fromEnd: number): string {
  return text.slice(text.length - fromEnd - PIECE, text.length - fromEnd);
}

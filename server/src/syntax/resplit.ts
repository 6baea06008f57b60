/**
 * Splitting again after an edit: only the items around it are cut again, because between two items that end outside of all
 * brackets, comments and `#if` groups a text can be taken apart and put together.
 */
import type { MacroDefinition, Span } from '../program/model.ts';
import type { Condition } from './definitions.ts';
import { ownCopy } from './own-copy.ts';
import {
  type CleanCut,
  fileScope,
  type LensOptions,
  type Seam,
  type SplitText,
  splitPart,
  splitText,
} from './split.ts';

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

/** The text between two seams of the earlier split, and what now stands in its place. */
interface ChangedPart {
  readonly from: Seam;
  readonly to: Seam;
  readonly start: number;
  readonly oldStop: number;
  readonly moved: number;
}

function changedPart({ original: old, cuts, seams }: SplitText, text: string): ChangedPart | null {
  const changed = commonPrefix(old, text);
  const changedEnd = old.length - commonSuffix(old, text, changed);
  const top: Seam = { offset: 0, branch: -1, cuts: 0 };
  const bottom: Seam = { offset: old.length, branch: -1, cuts: cuts.length };
  // Where the part can begin: at the last seam before the change in each `#if` branch. The line break behind it must stand too.
  const begins = new Map<number, Seam>();
  for (let at = firstFrom(seams, changed) - 1; at >= 0; at--) {
    const seam = seams[at]!;
    if (!begins.has(seam.branch)) begins.set(seam.branch, seam);
  }
  if (!begins.has(-1)) begins.set(-1, top);
  // It has to end in the branch that it begins in: the shortest way to do so. What was added at a seam may begin a comment.
  let best: ChangedPart | null = null;
  for (let at = firstFrom(seams, changedEnd + 1); at <= seams.length; at++) {
    const to = seams[at] ?? bottom;
    if (best !== null && to.offset - changed >= best.oldStop - best.start) break;
    const from = begins.get(to.branch);
    if (from === undefined || (to !== bottom && scopeAt(cuts, to) !== scopeAt(cuts, from))) continue;
    if (best !== null && to.offset - from.offset >= best.oldStop - best.start) continue;
    best = { from, to, start: from.offset, oldStop: to.offset, moved: text.length - old.length };
  }
  return best;
}

/** The first seam at the offset or behind it. */
function firstFrom(seams: readonly Seam[], offset: number): number {
  let first = 0;
  for (let high = seams.length; first < high; ) {
    const middle = (first + high) >> 1;
    if (seams[middle]!.offset < offset) first = middle + 1;
    else high = middle;
  }
  return first;
}

function scopeAt(cuts: readonly CleanCut[], seam: Seam): readonly string[] {
  return cuts[seam.cuts - 1]?.scope ?? fileScope;
}

function splitChanged(previous: SplitText, original: string, options: LensOptions, part: ChangedPart): Resplit | null {
  const { from, to, start, oldStop, moved } = part;
  const stop = oldStop + moved;
  if (stop < start) return null;
  const inner = splitPart(ownCopy(original.slice(start, stop)), options, previous, scopeAt(previous.cuts, from));
  if (!inner.closed || inner.includes.length > 0) return null;
  const endsWithCut = previous.cuts[to.cuts - 1]?.end === oldStop;
  if (endsWithCut && stop < original.length && inner.cuts.at(-1)?.end !== stop - start) return null;
  if (/#\s*include/.test(previous.original.slice(start, oldStop))) return null;
  const isInPart = ({ span }: { readonly span: Span }): boolean => span.start >= start && span.end <= oldStop;
  const replaced = previous.definitions.filter(isInPart);
  if (!sameDefinitions(replaced, inner.definitions)) return null;
  // Which value a macro has depends on the conditions around its definitions, and on who asks for it before.
  if (!sameConditions(previous.conditions.filter(isInPart), inner.conditions)) return null;
  const splice = <T extends { readonly span: Span }>(all: readonly T[], own: readonly T[]): T[] =>
    spliceSpans(all, own, part);
  const split: SplitText = {
    original,
    cuts: [
      ...previous.cuts.slice(0, from.cuts),
      ...inner.cuts.map(cut => movedCut(cut, start)),
      ...previous.cuts.slice(to.cuts).map(cut => movedCut(cut, moved)),
    ],
    seams: spliceSeams(previous.seams, inner, part),
    learnt: previous.learnt,
    constants: previous.constants,
    closed: true,
    inactive: splice(previous.inactive, inner.inactive),
    conditional: splice(previous.conditional, inner.conditional),
    conditions: splice(previous.conditions, inner.conditions),
    definitions: splice(previous.definitions, inner.definitions),
    includes: previous.includes,
    comments: splice(
      previous.comments.map(span => ({ span })),
      inner.comments.map(span => ({ span })),
    ).map(({ span }) => span),
  };
  return { split, before: from.cuts, after: previous.cuts.length - to.cuts };
}

function movedCut(cut: CleanCut, by: number): CleanCut {
  return by === 0 ? cut : { ...cut, start: cut.start + by, end: cut.end + by };
}

function spliceSeams(all: readonly Seam[], inner: SplitText, { from, to, start, oldStop, moved }: ChangedPart): Seam[] {
  const cuts = from.cuts + inner.cuts.length - to.cuts;
  const before = firstFrom(all, start + 1);
  const after = firstFrom(all, Math.max(oldStop, start + 1));
  return [
    ...all.slice(0, before),
    ...inner.seams.map(seam => ({
      offset: seam.offset + start,
      branch: seam.branch === -1 ? from.branch : seam.branch + start,
      cuts: seam.cuts + from.cuts,
    })),
    ...all.slice(after).map(seam => ({
      offset: seam.offset + moved,
      branch: seam.branch < oldStop ? seam.branch : seam.branch + moved,
      cuts: seam.cuts + cuts,
    })),
  ];
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

function sameConditions(a: readonly Condition[], b: readonly Condition[]): boolean {
  return a.length === b.length && a.every(({ text }, i) => text === b[i]!.text);
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

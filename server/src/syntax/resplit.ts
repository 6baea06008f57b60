/**
 * Splitting again after an edit: only the items around it are cut again, because between two items that end outside of all
 * brackets, comments and `#if` groups a text can be taken apart and put together.
 */
import type { MacroDefinition, Span } from '../program/model.ts';
import { type CleanCut, fileScope, type LensOptions, ownCopy, type SplitText, splitPart, splitText } from './split.ts';

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

function changedPart({ original: old, cuts }: SplitText, text: string): ChangedPart | null {
  const from = commonPrefix(old, text);
  const rest = commonSuffix(old, text, from);
  let first = 0;
  for (let high = cuts.length; first < high; ) {
    const middle = (first + high) >> 1;
    // The line break behind the cut must stand too.
    if (cuts[middle]!.end < from) first = middle + 1;
    else high = middle;
  }
  while (first > 0 && cuts[first - 1]!.seam === null) first--;
  // The beginning and the end of the text are seams too.
  const seam = cuts[first - 1]?.seam ?? -1;
  const scope = cuts[first - 1]?.scope ?? fileScope;
  let last = first;
  while (last < cuts.length && (cuts[last]!.end < old.length - rest || cuts[last]!.seam !== seam)) last++;
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
  const inner = splitPart(ownCopy(original.slice(start, stop)), options, previous.learnt, scope);
  if (!inner.closed || (stop < original.length && inner.cuts.at(-1)?.end !== stop - start) || inner.includes.length > 0)
    return null;
  if (/#\s*include/.test(previous.original.slice(start, oldStop))) return null;
  const replaced = previous.definitions.filter(({ span }) => span.start >= start && span.end <= oldStop);
  if (!sameDefinitions(replaced, inner.definitions)) return null;
  const splice = <T extends { readonly span: Span }>(all: readonly T[], own: readonly T[]): T[] =>
    spliceSpans(all, own, part);
  const split: SplitText = {
    original,
    cuts: [
      ...previous.cuts.slice(0, first),
      ...inner.cuts.map(cut =>
        movedCut(cut, start, cut.seam === -1 ? seam : cut.seam === null ? null : cut.seam + start),
      ),
      ...previous.cuts
        .slice(end)
        .map(cut => movedCut(cut, moved, cut.seam === null || cut.seam < oldStop ? cut.seam : cut.seam + moved)),
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

function movedCut(cut: CleanCut, by: number, seam: number | null): CleanCut {
  return by === 0 && seam === cut.seam ? cut : { ...cut, start: cut.start + by, end: cut.end + by, seam };
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

/** Macros that the lens rewrote, cut up by item so that an item's share can be kept with it. */

import type { LensedText, MacroUse, PlacedItem } from '../syntax/model.ts';
import { movedUse } from '../syntax/uses.ts';
import type { MacroDefinition } from './model.ts';

const NONE: ReadonlyMap<number, MacroUse> = new Map();

/** Spans of the result are relative to the item. The lens's map is sorted once, when the first item asks. */
export function usesByItem(lens: LensedText): (item: PlacedItem) => ReadonlyMap<number, MacroUse> {
  let sorted: readonly MacroUse[] | null = null;
  return item => {
    if (lens.uses.size === 0) return NONE;
    sorted ??= [...lens.uses.values()].sort((a, b) => a.span.start - b.span.start);
    const end = item.start + item.tree.length;
    const own = new Map<number, MacroUse>();
    let first = firstFrom(sorted, item.start);
    // Blanked in front of the item's first token: `PER_THREAD EXPORTED int calls;`.
    while (first > 0 && lens.isBlank({ start: sorted[first - 1]!.span.start, end: item.start })) first--;
    for (let i = first; i < sorted.length; i++) {
      const use = sorted[i]!;
      if (use.span.start >= end) break;
      own.set(use.span.start - item.start, movedUse(use, -item.start));
    }
    return own.size === 0 ? NONE : own;
  };
}

function firstFrom(sorted: readonly MacroUse[], start: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.span.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Definitions in the branches that are compiled: `#else` often defines the same name as nothing. Both lists are in order. */
export function activeDefinitions(lens: LensedText): readonly MacroDefinition[] {
  const { inactive, definitions } = lens;
  if (inactive.length === 0) return definitions;
  let at = 0;
  return definitions.filter(({ span }) => {
    while (at < inactive.length && inactive[at]!.span.end <= span.start) at++;
    const region = inactive[at];
    return !region || span.start < region.span.start;
  });
}

/** Text that macros write at file scope, read once: the same uses are met again after every edit. */
import { type Outline, outlineOf } from './declarations.ts';
import type { ReadFragment } from './environment.ts';
import { usesByItem } from './uses.ts';

/** Texts kept for one parser; then all are forgotten and read again when asked. */
const MAX_KEPT = 10_000;

const kept = new WeakMap<ReadFragment, Map<string, readonly Outline[]>>();

/** Outlines of the declarations in a text. */
export function outlinesOf(text: string, fragment: ReadFragment): readonly Outline[] {
  let outlines = kept.get(fragment);
  if (!outlines || outlines.size >= MAX_KEPT) kept.set(fragment, (outlines = new Map()));
  let known = outlines.get(text);
  if (!known) {
    const file = fragment(text);
    const usesOf = usesByItem(file.lens);
    known = file.items.map(item => outlineOf(item, usesOf));
    outlines.set(text, known);
  }
  return known;
}

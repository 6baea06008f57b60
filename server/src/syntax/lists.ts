/** Initialisers: entries whose macros bring their own comma get one that the grammar sees. */
import type { Draft } from './draft.ts';
import { type LearntMacros, shapeOf } from './macros.ts';
import { Token } from './tokens.ts';

export function repairLists(draft: Draft, learnt: LearntMacros): void {
  for (let i = 0; i < draft.count; i++) {
    if (!draft.isWord(i) || draft.context(i) !== 'list' || draft.isGone(i)) continue;
    const before = draft.code(draft.previous(i));
    if (before !== 123 && before !== 44 && before !== 125 && before !== 41 && !draft.isWord(draft.previous(i)))
      continue;
    const open = draft.next(i);
    const called = draft.code(open) === 40 && draft.match(open) > 0;
    const last = called ? draft.match(open) : i;
    const next = draft.next(last);
    if (!needsComma(draft, last, next, called, shapeOf(draft.word(i), learnt) === 'entry')) continue;
    draft.note(i, called ? open : -1);
    if (draft.insertAfter(last, ',')) continue;
    const end = draft.end(last) - 1;
    if (called) draft.canvas.blank(draft.start(open), draft.end(last));
    draft.canvas.put(end, ',');
  }
}

function needsComma(draft: Draft, last: number, next: number, called: boolean, entry: boolean): boolean {
  if (next >= draft.count) return false;
  const code = draft.code(next);
  if (code === 123) return true;
  if (code === 46) return entry || draft.breaks(last, next);
  if (entry) return code === 0 || code === 40 || code === 38 || code === 45;
  if (!draft.breaks(last, next)) return false;
  if (draft.isWord(next)) return true;
  return called && (draft.kind(next) === Token.number || draft.kind(next) === Token.literal);
}

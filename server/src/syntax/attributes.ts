/** Attributes that stand inside of declarations, where no other pass looks: recognised by what is on both sides of them. */
import type { Draft } from './draft.ts';
import { KEYWORDS, type LearntMacros, looksLikeMacro, shapeOf } from './macros.ts';

const OPEN = 40;
const CLOSE = 41;
const BRACKET = 91;

export function eraseAttributes(draft: Draft, learnt: LearntMacros): void {
  for (let i = 0; i < draft.count; i++) {
    if (draft.isGone(i)) continue;
    if (draft.code(i) === BRACKET) eraseBracketed(draft, i);
    else if (draft.isWord(i)) eraseWord(draft, i, learnt);
  }
}

/** `[[maybe_unused]]` */
function eraseBracketed(draft: Draft, i: number): void {
  if (draft.code(i + 1) !== BRACKET || draft.start(i + 1) !== draft.end(i)) return;
  for (let k = i + 2; k < Math.min(i + 40, draft.count - 1); k++) {
    const code = draft.code(k);
    if (code === 93 && draft.code(k + 1) === 93) {
      draft.erase(i, k + 1);
      return;
    }
    if (code === 59 || code === 123 || code === 125 || code === BRACKET) return;
  }
}

function eraseWord(draft: Draft, i: number, learnt: LearntMacros): void {
  const before = draft.previous(i);
  const previous = draft.code(before);
  if (previous !== 42 && previous !== 38 && previous !== CLOSE && !draft.isWord(before)) return;
  const word = draft.word(i);
  if (!looksLikeMacro(word) && shapeOf(word, learnt) !== 'attribute') return;
  const next = draft.next(i);
  if (previous === 42 || previous === 38) {
    // `type * MACRO name`: two words behind a star are no C.
    if (draft.isWord(next) && !KEYWORDS.has(draft.word(next)) && draft.context(i) !== 'block') eraseNoted(draft, i, -1);
  } else if (previous !== CLOSE && draft.context(i) === 'parenthesis') {
    // `type *name MACRO,`
    const star = draft.code(draft.previous(before));
    const ends = draft.code(next) === CLOSE || draft.code(next) === 44;
    if (ends && (star === 42 || star === 38)) eraseNoted(draft, i, -1);
  } else if (isBehindParameters(draft, before)) {
    const open = draft.code(next) === OPEN && draft.match(next) > 0 ? next : -1;
    const code = draft.code(draft.next(open < 0 ? i : draft.match(open)));
    const behind =
      code === 59 ||
      code === 123 ||
      code === 61 ||
      code === 45 ||
      code === 58 ||
      draft.isWord(draft.next(open < 0 ? i : draft.match(open)));
    if (behind) eraseNoted(draft, i, open);
  }
}

/** Behind `)` of a function's head, or `const` and the like behind that. */
function isBehindParameters(draft: Draft, before: number): boolean {
  const context = draft.context(before);
  if (draft.language !== 'cpp' || (context !== 'members' && context !== 'file')) return false;
  let i = before;
  while (/^(?:const|noexcept|override|final|volatile)$/.test(draft.word(i))) i = draft.previous(i);
  return draft.code(i) === CLOSE && draft.match(i) >= 0 && draft.isWord(draft.previous(draft.match(i)));
}

function eraseNoted(draft: Draft, i: number, open: number): void {
  draft.note(i, open);
  draft.erase(i, open < 0 ? i : draft.match(open));
}

/** Declarations: takes away what stands around a declarator and is no C: attribute macros, export macros, wrapped types. */
import type { Draft } from './draft.ts';
import { KEYWORDS, type LearntMacros, looksLikeMacro, QUALIFIERS, shapeOf, TYPE_WORDS } from './macros.ts';
import { repairRun } from './runs.ts';

const OPEN = 40;
const STAR = 42;
const COMMA = 44;
const SEMICOLON = 59;
const GREATER = 62;
const BRACE = 123;

export function repairDeclarations(draft: Draft, learnt: LearntMacros): void {
  repairWords(draft);
  if (eraseBareItem(draft)) return;
  if (!repairMacroHead(draft)) repairHead(draft, repairRun(draft, draft.next(-1), learnt), learnt);
  for (let i = 0; i < draft.count; i++) {
    if (draft.isGone(i) || !draft.isWord(i)) continue;
    const context = draft.context(i);
    if (draft.language === 'cpp') eraseMemberStar(draft, i);
    if (context === 'parenthesis') eraseCallingConvention(draft, i);
    else if (context === 'block' && startsMember(draft, i) && isDeclaration(draft, i, learnt))
      repairRun(draft, i, learnt, true);
    else if (context === 'enumerators' && draft.code(draft.next(i)) === OPEN) eraseEnumerator(draft, i);
  }
}

/** An item that is nothing but `MACRO(…);`, or a piece of a list: what it stands for is not in this text. */
function eraseBareItem(draft: Draft): boolean {
  const first = draft.next(-1);
  const open = draft.next(first);
  const called = draft.isWord(first) && draft.code(open) === OPEN && draft.match(open) > 0;
  const after = called ? draft.next(draft.match(open)) : -1;
  const bare = called && (after >= draft.count || draft.code(after) === SEMICOLON);
  const piece =
    draft.code(first) === BRACE || draft.code(open) === COMMA || (draft.isWord(first) && open >= draft.count);
  if (!bare && !piece) return false;
  if (draft.isWord(first)) draft.note(first, called ? open : -1);
  draft.erase(0, draft.count - 1);
  return true;
}

/** `DECODER(gb2312) {`: the grammar reads it as a function named by the argument, when there is only one. */
function repairMacroHead(draft: Draft): boolean {
  const name = draft.next(-1);
  const open = draft.next(name);
  if (draft.language === 'cpp' || !draft.isWord(name) || draft.code(open) !== OPEN || draft.match(open) < 0)
    return false;
  if (draft.code(draft.next(draft.match(open))) !== BRACE) return false;
  draft.note(name, open);
  const args = draft.arguments(open);
  const named = args.findIndex(
    ([first, last]) => first === last && draft.isWord(first) && !TYPE_WORDS.has(draft.word(first)),
  );
  for (const [index, [first, last]] of args.entries()) if (index !== named && last >= first) draft.erase(first, last);
  for (let i = open + 1; i < draft.match(open); i++) if (draft.code(i) === COMMA) draft.erase(i);
  return true;
}

/** Keywords that the grammar lacks or reads wrongly, wherever they stand. */
function repairWords(draft: Draft): void {
  for (let i = 0; i < draft.count; i++) {
    if (!draft.isWord(i)) continue;
    const length = draft.end(i) - draft.start(i);
    if (length === 13 && draft.word(i) === '_Thread_local') {
      draft.note(i);
      draft.canvas.replace(draft.start(i), draft.end(i), 'thread_local');
    } else if (length === 7 && draft.code(i + 1) === OPEN && draft.word(i) === '_Atomic') {
      draft.unwrap(i + 1);
    } else if (length >= 6 && draft.code(i + 1) === OPEN && draft.word(i).includes('UNUSED') && isUnused(draft, i)) {
      draft.note(i, i + 1);
      draft.unwrap(i + 1);
      draft.erase(i);
    }
  }
}

/** `type Py_UNUSED(name)` among parameters or variables, not a call `UNUSED(x);`. */
function isUnused(draft: Draft, i: number): boolean {
  const before = draft.previous(i);
  if (draft.match(i + 1) < 0) return false;
  return draft.code(before) === STAR || (draft.isWord(before) && draft.word(before) !== 'return');
}

export function startsMember(draft: Draft, i: number): boolean {
  const code = draft.code(draft.previous(i));
  return code === SEMICOLON || code === BRACE || code === 125 || (code === 58 && draft.language === 'cpp');
}

/** In a block. A word on a line of its own is a macro that stands for a statement. */
function isDeclaration(draft: Draft, i: number, learnt: LearntMacros): boolean {
  const word = draft.word(i);
  if (QUALIFIERS.has(word)) return true;
  const next = draft.next(i);
  if (KEYWORDS.has(word) || !draft.isWord(next) || draft.breaks(i, next)) return false;
  const shape = shapeOf(word, learnt);
  return shape === null || shape === 'attribute' || shape === 'type';
}

/** Parameters, and what stands behind the declarator. */
function repairHead(draft: Draft, open: number, learnt: LearntMacros): void {
  if (draft.code(open) === OPEN && draft.match(open) > 0) {
    for (const [first, last] of draft.arguments(open)) if (last > first) repairRun(draft, first, learnt);
    const after = draft.next(draft.match(open));
    if (!writeBody(draft, after, learnt)) eraseTrailing(draft, after, learnt);
  } else if (draft.code(open) === 91) {
    let i = open;
    while (draft.code(i) === 91 && draft.match(i) < 0) {
      do i = draft.next(i);
      while (i < draft.count && draft.code(i) !== 93);
      i = draft.next(i);
    }
    eraseTrailing(draft, i, learnt);
  }
}

/** `int f(int x) MACRO(…)`, where the macro is the body: it reads as `{ }`. */
function writeBody(draft: Draft, i: number, learnt: LearntMacros): boolean {
  if (!draft.isWord(i) || KEYWORDS.has(draft.word(i))) return false;
  const open = draft.next(i);
  const called = draft.code(open) === OPEN && draft.match(open) > 0;
  const last = called ? draft.match(open) : i;
  const shape = shapeOf(draft.word(i), learnt);
  if (shape !== 'body' && (draft.next(last) < draft.count || shape !== null)) return false;
  draft.note(i, called ? open : -1);
  draft.canvas.blank(draft.start(i), draft.end(last));
  draft.canvas.put(draft.start(i), '{');
  draft.canvas.put(draft.end(last) - 1, '}');
  return true;
}

function eraseTrailing(draft: Draft, from: number, learnt: LearntMacros): void {
  for (let i = from; draft.isWord(i); i = draft.next(i)) {
    const word = draft.word(i);
    if (KEYWORDS.has(word) || (!looksLikeMacro(word) && shapeOf(word, learnt) !== 'attribute')) return;
    const open = draft.next(i);
    const close = draft.code(open) === OPEN ? draft.match(open) : -1;
    draft.note(i, close > 0 ? open : -1);
    draft.erase(i, close > 0 ? close : i);
  }
}

/** `(WINAPI *name)(…)`: a word before the star of a function pointer. */
function eraseCallingConvention(draft: Draft, i: number): void {
  const open = draft.previous(i);
  const star = draft.next(i);
  if (draft.code(open) !== OPEN || draft.code(star) !== STAR) return;
  const close = draft.match(open);
  const isPointer = draft.code(draft.next(close)) === OPEN && draft.isWord(draft.next(star)) && close - star <= 6;
  if (
    !isPointer ||
    TYPE_WORDS.has(draft.word(i)) ||
    !(draft.isWord(draft.previous(open)) || draft.code(draft.previous(open)) === STAR)
  )
    return;
  draft.note(i);
  draft.erase(i);
}

/** `p->*member`, which the grammar lacks, reads as `p-> member`. */
function eraseMemberStar(draft: Draft, i: number): void {
  const star = draft.previous(i);
  const arrow = draft.previous(star);
  if (draft.code(star) !== STAR || draft.start(star) !== draft.end(arrow)) return;
  if (draft.code(arrow) === 46 || (draft.code(arrow) === GREATER && draft.code(draft.previous(arrow)) === 45))
    draft.erase(star);
}

function eraseEnumerator(draft: Draft, i: number): void {
  const open = draft.next(i);
  const before = draft.code(draft.previous(i));
  const close = draft.match(open);
  if (close < 0 || (before !== BRACE && before !== COMMA && before !== 41)) return;
  draft.note(i, open);
  const comma = draft.next(close);
  draft.erase(i, draft.code(comma) === COMMA ? comma : close);
}

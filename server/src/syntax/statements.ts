/**
 * Statement macros: written without a semicolon they swallow the statement that follows, in the grammar's eyes. Walks the
 * blocks of an item and closes them; macros that open a block (`FOR_EACH(x) {`) become loops.
 */
import type { Draft } from './draft.ts';
import { isStatementMacro, KEYWORDS, type LearntMacros, looksLikeMacro } from './macros.ts';
import { Token } from './tokens.ts';

const COLON = 58;
const HEADED = new Set(['if', 'for', 'while', 'switch', 'catch']);

/** Whether a statement begins at a token, judged by what stands before it. */
function beginsStatement(draft: Draft, i: number): boolean {
  const before = draft.previous(i);
  if (before < 0) return false;
  const code = draft.code(before);
  if (code === 59 || code === 123) return true;
  if (code === 125) return draft.context(draft.match(before) + 1) === 'block' || draft.match(before) === before - 1;
  if (code === 41) return isHead(draft, draft.match(before));
  if (code === COLON) return isLabelColon(draft, before);
  const word = draft.word(before);
  return word === 'else' || word === 'do';
}

function isHead(draft: Draft, open: number): boolean {
  const word = draft.word(draft.previous(open));
  return HEADED.has(word) || (word === 'constexpr' && draft.word(draft.previous(draft.previous(open))) === 'if');
}

/** `label:`, `default:` and `case 1:`, not the colon of `a ? b : c`. */
function isLabelColon(draft: Draft, colon: number): boolean {
  const before = draft.previous(colon);
  if (draft.isWord(before)) {
    const earlier = draft.previous(before);
    const code = draft.code(earlier);
    if (earlier < 0 || code === 59 || code === 123 || code === 125 || code === COLON || draft.word(earlier) === 'else')
      return true;
  }
  for (let i = before, steps = 0; i >= 0 && steps < 40; i = draft.previous(i), steps++) {
    if (draft.word(i) === 'case') return true;
    const code = draft.code(i);
    if (code === 63 || code === 59 || code === 123 || code === 125) return false;
    if (code === 41 && draft.match(i) >= 0) i = draft.match(i);
  }
  return false;
}

export function repairStatements(draft: Draft, learnt: LearntMacros): void {
  let closed = -1;
  for (let i = 0; i < draft.count; i++) {
    if (draft.isGone(i) || draft.context(i) !== 'block' || !draft.isWord(i)) continue;
    if (draft.previous(i) !== closed && !beginsStatement(draft, i)) continue;
    const word = draft.word(i);
    if (KEYWORDS.has(word)) continue;
    const next = draft.next(i);
    const last =
      draft.code(next) === 40 ? repairCall(draft, i, next, word, learnt) : repairWord(draft, i, next, word, learnt);
    if (last >= 0) {
      closed = last;
      i = last;
    }
  }
  closeLabels(draft);
}

/** `MACRO` alone. Returns its last token when the statement had to be closed, else -1. */
function repairWord(draft: Draft, i: number, next: number, word: string, learnt: LearntMacros): number {
  const known = isStatementMacro(word, learnt);
  const after = draft.code(next);
  if (after === 59) {
    if (known) draft.note(i);
    return -1;
  }
  if (!known && !(looksLikeMacro(word) && (next >= draft.count || draft.breaks(i, next)))) return -1;
  const follows = draft.isWord(next) || after === 125 || after === 123 || next >= draft.count;
  if (!follows && !known) return -1;
  draft.note(i);
  close(draft, i, i, -1);
  return i;
}

/** `MACRO(…)`. Returns its last token when the statement had to be closed, else -1. */
function repairCall(draft: Draft, i: number, open: number, word: string, learnt: LearntMacros): number {
  const last = draft.match(open);
  if (last < 0) return -1;
  const next = draft.next(last);
  const after = draft.code(next);
  const known = isStatementMacro(word, learnt);
  if (after === 59) {
    if (known) draft.note(i, open);
    return -1;
  }
  if (after === 123) {
    draft.note(i, open);
    if (known) close(draft, i, last, open);
    else openLoop(draft, i, open);
    return last;
  }
  const statement = draft.isWord(next) || after === 125 || next >= draft.count || draft.kind(next) === Token.number;
  if (!known && !statement) return -1;
  if (!known && !draft.breaks(last, next) && !(looksLikeMacro(word) && draft.isWord(next))) return -1;
  draft.note(i, open);
  close(draft, i, last, open);
  return last;
}

/** Ends a statement behind its last token, or inside of it when there is no room behind. */
function close(draft: Draft, first: number, last: number, open: number): void {
  if (draft.insertAfter(last, ';')) return;
  const { canvas } = draft;
  if (open >= 0) {
    // `M(x)` becomes `M   ;`: the arguments are kept beside the text.
    canvas.blank(draft.start(open), draft.end(last));
    canvas.put(draft.end(last) - 1, ';');
  } else if (draft.end(first) - draft.start(first) > 1) canvas.put(draft.end(first) - 1, ';');
}

/** `FOR_EACH(a, b) {` reads as `while (a, b) {`; arguments that are no expressions are left out. */
function openLoop(draft: Draft, i: number, open: number): void {
  const start = draft.start(i);
  const length = draft.end(i) - start;
  draft.canvas.replace(start, draft.end(i), length >= 5 ? 'while' : length >= 3 ? 'for' : 'if');
  const close = draft.match(open);
  if (length >= 5 || length < 3) {
    draft.canvas.blank(draft.end(open), draft.start(close));
    if (draft.start(close) > draft.end(open)) draft.canvas.put(draft.end(open), '1');
  } else {
    draft.canvas.blank(draft.end(open), draft.start(close));
    draft.canvas.put(draft.end(open), ';;');
  }
}

/** `end: }` needs a statement. */
function closeLabels(draft: Draft): void {
  for (let i = 1; i < draft.count; i++) {
    if (draft.code(i) !== 125 || draft.isGone(i)) continue;
    const colon = draft.previous(i);
    if (draft.code(colon) === COLON && draft.isWord(draft.previous(colon)) && draft.context(colon) === 'block')
      draft.insertAfter(colon, ';');
  }
}

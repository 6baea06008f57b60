/**
 * Statement macros: written without a semicolon they swallow the statement that follows, in the grammar's eyes. Walks the
 * blocks of an item and closes them; macros that open a block (`FOR_EACH(x) {`) become loops.
 */
import type { Draft } from './draft.ts';
import { KEYWORDS, type LearntMacros, looksLikeMacro, type MacroShape, shapeOf, TYPE_WORDS } from './macros.ts';
import { Token } from './tokens.ts';

const OPEN = 40;
const COLON = 58;
const SEMICOLON = 59;
const BRACE = 123;
const END_BRACE = 125;
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
    const word = draft.word(i);
    const next = draft.next(i);
    if ((word === 'if' || word === 'while') && draft.isWord(next)) {
      eraseWrapper(draft, next);
      continue;
    }
    if (KEYWORDS.has(word) || (draft.previous(i) !== closed && !beginsStatement(draft, i))) continue;
    const shape = shapeOf(word, learnt);
    const last = draft.code(next) === OPEN ? repairCall(draft, i, next, shape) : repairWord(draft, i, next, shape);
    if (last >= 0) {
      closed = last;
      i = last;
    }
  }
  closeLabels(draft);
}

/** `if LIKELY(x) {`: the macro stands between the keyword and the parentheses that it brings. */
function eraseWrapper(draft: Draft, i: number): void {
  if (draft.code(draft.next(i)) !== OPEN || KEYWORDS.has(draft.word(i))) return;
  draft.note(i, draft.next(i));
  draft.erase(i);
}

/** `MACRO` alone. Returns its last token when the statement had to be closed, else -1. */
function repairWord(draft: Draft, i: number, next: number, shape: MacroShape | null): number {
  const known = shape === 'statement' || shape === 'body';
  const after = draft.code(next);
  if (after === SEMICOLON) {
    if (known) draft.note(i);
    return -1;
  }
  const macro = known || looksLikeMacro(draft.word(i));
  if (after === BRACE && macro) {
    draft.note(i);
    if (known) close(draft, i, i, -1);
    else writeHead(draft, i, i, 'if');
    return i;
  }
  // A word on a line of its own before another word, or a macro that ends the block.
  const ends = draft.isWord(next) || (macro && (after === END_BRACE || next >= draft.count));
  const alone = next >= draft.count || draft.breaks(i, next);
  if (!known && !(ends && alone && !TYPE_WORDS.has(draft.word(i)))) return -1;
  draft.note(i);
  close(draft, i, i, -1);
  return i;
}

/** `MACRO(…)`. Returns its last token when the statement had to be closed, else -1. */
function repairCall(draft: Draft, i: number, open: number, shape: MacroShape | null): number {
  const last = draft.match(open);
  if (last < 0) return -1;
  const next = draft.next(last);
  const after = draft.code(next);
  const known = shape === 'statement' || shape === 'body';
  if (holdsStatements(draft, open, last)) {
    openBlock(draft, i, open);
    if (after === SEMICOLON) draft.erase(next);
    return last;
  }
  if (after === SEMICOLON) {
    if (known) draft.note(i, open);
    return -1;
  }
  if (after === COLON && looksLikeMacro(draft.word(i)) && draft.code(next + 1) !== COLON)
    return writeCase(draft, i, open, next);
  if (draft.word(next) === 'else') {
    draft.note(i, open);
    writeHead(draft, i, last, 'if');
    close(draft, i, last, -1);
    return last;
  }
  if (after === BRACE || shape === 'loop' || shape === 'if') {
    draft.note(i, open);
    if (known) close(draft, i, last, open);
    else writeHead(draft, i, last, shape === 'if' ? 'if' : 'while');
    return last;
  }
  const ends = draft.isWord(next) || after === END_BRACE || next >= draft.count || draft.kind(next) === Token.number;
  if (!known && !ends) return -1;
  const beside = !draft.breaks(last, next) && after !== END_BRACE;
  if (!known && beside && !(looksLikeMacro(draft.word(i)) && draft.isWord(next))) return -1;
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
  } else if (draft.end(first) - draft.start(first) > 1) canvas.put(draft.end(last) - 1, ';');
}

/** Writes `while (_)` or `if (_)` over a macro: how often the statement behind it runs is not known. */
function writeHead(draft: Draft, first: number, last: number, keyword: 'while' | 'if'): void {
  const start = draft.start(first);
  const end = draft.end(last);
  const lineEnd = draft.text.slice(start, end).search(/[\r\n]/);
  const room = lineEnd < 0 ? end - start : lineEnd;
  const head = room >= 8 && keyword === 'while' ? 'while(_)' : room >= 5 ? 'if(_)' : ';';
  draft.canvas.blank(start, end);
  draft.canvas.put(start, head);
}

/** `TARGET(X):` reads as `case (X):`. */
function writeCase(draft: Draft, i: number, open: number, colon: number): number {
  const start = draft.start(i);
  if (draft.end(i) - start < 4) return -1;
  draft.note(i, open);
  draft.canvas.replace(start, draft.end(i), 'case');
  return colon;
}

function holdsStatements(draft: Draft, open: number, close: number): boolean {
  for (let i = open + 1; i < close; i++) {
    if (draft.code(i) === SEMICOLON && draft.context(i) === 'parenthesis') return true;
    if (draft.match(i) > i) i = draft.match(i);
  }
  return false;
}

/** `MACRO(a, b, f(); g();)` reads as `{ f(); g(); }`. */
function openBlock(draft: Draft, i: number, open: number): void {
  const args = draft.arguments(open);
  const from = args.find(([first, last]) => {
    for (let k = first; k <= last; k++) if (draft.code(k) === SEMICOLON) return true;
    return false;
  });
  const start = from === undefined || from[0] === open + 1 ? open : from[0] - 1;
  draft.note(i, open);
  draft.canvas.blank(draft.start(i), draft.end(start));
  draft.canvas.put(draft.start(start), '{');
  draft.canvas.put(draft.start(draft.match(open)), '}');
}

/** `end: }` needs a statement. */
function closeLabels(draft: Draft): void {
  for (let i = 1; i < draft.count; i++) {
    if (draft.code(i) !== END_BRACE || draft.isGone(i)) continue;
    const colon = draft.previous(i);
    if (draft.code(colon) === COLON && draft.isWord(draft.previous(colon)) && draft.context(colon) === 'block')
      draft.insertAfter(colon, ';');
  }
}

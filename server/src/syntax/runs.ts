/** The words that begin a declaration, `static NPY_INLINE PyObject * NPY_NO_EXPORT name`: takes away what is no C. */
import type { Draft } from './draft.ts';
import {
  KEYWORDS,
  type LearntMacros,
  looksLikeMacro,
  QUALIFIERS,
  shapeOf,
  soundsLikeAttribute,
  TYPE_WORDS,
} from './macros.ts';
import { Token } from './tokens.ts';

const OPEN = 40;
const STAR = 42;
const COLON = 58;
const LESS = 60;
const GREATER = 62;
const BRACE = 123;

/** Behind `template <…>`, which may stand several times. */
function skipTemplate(draft: Draft, first: number): number {
  let i = first;
  while (draft.word(i) === 'template' && draft.code(draft.next(i)) === LESS) {
    let depth = 0;
    for (i = draft.next(i); i < draft.count; i = draft.next(i)) {
      if (draft.code(i) === LESS) depth++;
      else if (draft.code(i) === GREATER && --depth === 0) break;
    }
    i = draft.next(i);
  }
  return i;
}

/**
 * Repairs the words that begin a declaration: `static NPY_INLINE PyObject * NPY_NO_EXPORT name`. Returns the first token
 * that is no part of them. `oneLine`: in a block, where the next line may well be the next statement.
 */
export function repairRun(draft: Draft, start: number, learnt: LearntMacros, oneLine = false): number {
  const first = draft.language === 'cpp' ? skipTemplate(draft, start) : start;
  let names: number[] = [];
  let typed = false;
  // Constructors and conversion operators have none.
  let typeless = draft.context(first) === 'members' && isConstructor(draft, first);
  let i = first;
  for (; i < draft.count; i = draft.next(i)) {
    if (draft.code(i) === STAR) {
      eraseExtras(draft, names, typed ? 0 : 1, -1, learnt);
      typed ||= names.length > 0;
      names = [];
      continue;
    }
    if (!draft.isWord(i)) {
      // `extern "C" int f()`
      if (draft.kind(i) === Token.literal && i !== first) continue;
      break;
    }
    if (oneLine && i !== first && draft.breaks(draft.previous(i), i)) break;
    const word = draft.word(i);
    const open = draft.next(i);
    const close = draft.code(open) === OPEN && !TYPE_WORDS.has(word) ? draft.match(open) : -1;
    if (close > 0) {
      if (CALLED.has(word)) i = close;
      else if (isNameWrapper(draft, i, open)) {
        draft.note(i, open);
        draft.unwrap(open);
        draft.erase(i);
        names.push(open + 1);
        i = draft.next(close);
        break;
      } else if (!isDecorator(draft, i, open, typed || names.length > 0, learnt)) {
        names.push(i);
        i = open;
        break;
      } else {
        typed = eraseDecorator(draft, i, open, typed || names.length > 0, learnt) || typed;
        i = close;
      }
    } else if (word === 'struct' || word === 'union' || word === 'enum' || word === 'class') {
      const name = draft.next(i);
      typed = true;
      if (draft.isWord(name) && draft.code(draft.next(name)) !== OPEN && !isAttributeBefore(draft, name, learnt))
        i = name;
    } else if (TYPE_WORDS.has(word)) typed = true;
    else if (word === 'explicit' || word === 'operator') typeless = true;
    else if (!QUALIFIERS.has(word) && !KEYWORDS.has(word)) names.push(i);
  }
  const name = names.findLast(at => !looksLikeMacro(draft.word(at))) ?? names.at(-1) ?? -1;
  // In `Vec<int> f()` and `ns::T f()` the last of these words begins the type, and the name is yet to come.
  const partial = draft.language === 'cpp' && (draft.code(i) === LESS || draft.code(i) === COLON);
  const named = draft.code(i) === OPEN && names.at(-1) === draft.previous(i) ? 1 : 0;
  eraseExtras(draft, names, typeless ? named : typed || partial ? 1 : 2, typeless && named === 0 ? -1 : name, learnt);
  return i;
}

const CALLED = new Set([
  '__attribute__',
  '__attribute',
  '__declspec',
  'alignas',
  '_Alignas',
  '__typeof__',
  'typeof',
  'decltype',
]);

/** `INLINE_MACRO Name(…) :` or `{`, in a class. */
function isConstructor(draft: Draft, first: number): boolean {
  const name = draft.next(first);
  const open = draft.next(name);
  if (draft.language !== 'cpp' || !draft.isWord(name) || draft.code(open) !== OPEN || draft.match(open) < 0)
    return false;
  const after = draft.next(draft.match(open));
  return (
    soundsLikeAttribute(draft.word(first)) &&
    (draft.code(after) === COLON || draft.code(after) === BRACE || draft.word(after) === 'noexcept')
  );
}

/** `struct NPY_VISIBILITY name`: an attribute between the keyword and the tag. */
function isAttributeBefore(draft: Draft, i: number, learnt: LearntMacros): boolean {
  const word = draft.word(i);
  if (shapeOf(word, learnt) === 'attribute') return true;
  const tag = draft.next(i);
  if (!looksLikeMacro(word) || !draft.isWord(tag)) return false;
  const after = draft.next(tag);
  const heads = draft.code(after) === BRACE || draft.code(after) === COLON || draft.word(after) === 'final';
  return heads || soundsLikeAttribute(word) || isAttributeBefore(draft, tag, learnt);
}

/** Erases macros until `wanted` names are left: those known or named as attributes first, then whatever is too much. */
function eraseExtras(draft: Draft, names: readonly number[], wanted: number, name: number, learnt: LearntMacros): void {
  if (names.length === 0) return;
  let extra = names.length - wanted;
  const eraseWhere = (test: (word: string) => boolean, always: boolean): void => {
    for (const i of names) {
      if (i === name || draft.isGone(i) || (extra <= 0 && !always) || !test(draft.word(i))) continue;
      draft.note(i);
      draft.erase(i);
      extra--;
    }
  };
  eraseWhere(word => shapeOf(word, learnt) === 'attribute', true);
  eraseWhere(word => looksLikeMacro(word) && soundsLikeAttribute(word), false);
  eraseWhere(looksLikeMacro, false);
  if (draft.language === 'c') eraseWhere(() => true, false);
}

/** `SRE(match)(…)`: a macro that makes the name. */
function isNameWrapper(draft: Draft, i: number, open: number): boolean {
  const close = draft.match(open);
  const next = draft.next(close);
  return (
    close - open === 2 &&
    draft.isWord(open + 1) &&
    (draft.code(next) === LESS ? draft.language === 'cpp' : draft.code(next) === OPEN && draft.match(next) > 0) &&
    looksLikeMacro(draft.word(i))
  );
}

/** `MACRO(…)` in front of a declarator, rather than the declarator with its parameters. */
function isDecorator(draft: Draft, i: number, open: number, typed: boolean, learnt: LearntMacros): boolean {
  const after = draft.next(draft.match(open));
  const shape = shapeOf(draft.word(i), learnt);
  if (shape === 'type' || shape === 'attribute') return true;
  if (draft.code(after) === STAR) return !typed;
  if (!draft.isWord(after)) return false;
  const following = draft.word(after);
  if (typed) return looksLikeMacro(draft.word(i)) && !looksLikeMacro(following) && !KEYWORDS.has(following);
  return !KEYWORDS.has(following) || QUALIFIERS.has(following);
}

/** Returns whether a type is left in its place. */
function eraseDecorator(draft: Draft, i: number, open: number, typed: boolean, learnt: LearntMacros): boolean {
  const shape = shapeOf(draft.word(i), learnt);
  draft.note(i, open);
  const typeFollows = isTypeBefore(draft, draft.next(draft.match(open)));
  if (shape === 'type' || (!typed && !typeFollows && shape !== 'attribute' && wrapsType(draft, open))) {
    draft.unwrap(open);
    draft.erase(i);
    return true;
  }
  draft.erase(i, draft.match(open));
  return false;
}

/** `T name`, `T *`, `T<…>` and `ns::T`: a word that begins a type, rather than the declarator's name. */
function isTypeBefore(draft: Draft, i: number): boolean {
  const word = draft.word(i);
  if (word === '') return false;
  if (TYPE_WORDS.has(word) || QUALIFIERS.has(word) || word === 'struct') return true;
  const code = draft.code(draft.next(i));
  return (
    draft.isWord(draft.next(i)) ||
    code === STAR ||
    code === 38 ||
    code === LESS ||
    (code === COLON && draft.language === 'cpp')
  );
}

function wrapsType(draft: Draft, open: number): boolean {
  const args = draft.arguments(open);
  if (args.length !== 1) return false;
  const [first, last] = args[0]!;
  for (let i = first; i <= last; i++) if (!draft.isWord(i) && draft.code(i) !== STAR) return false;
  return last >= first;
}

/** Declarations: takes away what stands around a declarator and is no C: attribute macros, export macros, wrapped types. */
import type { Draft } from './draft.ts';
import {
  isAttribute,
  isMemberHead,
  KEYWORDS,
  type LearntMacros,
  looksLikeMacro,
  QUALIFIERS,
  TYPE_WORDS,
  TYPE_WRAPPERS,
} from './macros.ts';

const OPEN = 40;

export function repairDeclarations(draft: Draft, learnt: LearntMacros): void {
  repairWords(draft);
  const head = repairRun(draft, draft.next(-1), learnt);
  repairHead(draft, head, learnt);
  for (let i = 0; i < draft.count; i++) {
    if (draft.isGone(i) || !draft.isWord(i)) continue;
    const context = draft.context(i);
    if (context === 'members' && startsMember(draft, i)) repairMember(draft, i, learnt);
    else if (context === 'block' && startsMember(draft, i) && isDeclaration(draft, i)) repairRun(draft, i, learnt);
    else if (context === 'enumerators' && draft.code(draft.next(i)) === OPEN) eraseEnumerator(draft, i);
  }
}

/** Keywords that the grammar lacks or reads wrongly, wherever they stand. */
function repairWords(draft: Draft): void {
  for (let i = 0; i < draft.count; i++) {
    if (!draft.isWord(i)) continue;
    const length = draft.end(i) - draft.start(i);
    if (length === 13 && draft.word(i) === '_Thread_local') {
      draft.note(i);
      draft.canvas.replace(draft.start(i), draft.end(i), 'thread_local');
    } else if (length === 7 && draft.word(i) === '_Atomic' && draft.code(i + 1) === OPEN) {
      draft.unwrap(i + 1);
    } else if (length >= 6 && draft.code(i + 1) === OPEN && /UNUSED/.test(draft.word(i)) && isUnused(draft, i)) {
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
  return draft.code(before) === 42 || (draft.isWord(before) && draft.word(before) !== 'return');
}

function startsMember(draft: Draft, i: number): boolean {
  const code = draft.code(draft.previous(i));
  return code === 59 || code === 123 || code === 125 || (code === 58 && draft.language === 'cpp');
}

function isDeclaration(draft: Draft, i: number): boolean {
  const word = draft.word(i);
  if (QUALIFIERS.has(word) || word === '_Atomic') return true;
  return !KEYWORDS.has(word) && draft.isWord(draft.next(i));
}

/**
 * Repairs the words that begin a declaration: `static NPY_INLINE PyObject * NPY_NO_EXPORT name`. Returns the first token
 * that is no part of them.
 */
function repairRun(draft: Draft, first: number, learnt: LearntMacros): number {
  let names: number[] = [];
  let typed = false;
  let i = first;
  for (; i < draft.count; i = draft.next(i)) {
    if (draft.code(i) === 42) {
      typed = eraseExtras(draft, names, typed, false, learnt) || typed;
      names = [];
      continue;
    }
    if (!draft.isWord(i)) break;
    const word = draft.word(i);
    const open = draft.next(i);
    if (draft.code(open) === OPEN && draft.match(open) > 0) {
      if (word === '__attribute__' || word === '__declspec' || word === 'alignas' || word === '_Alignas') {
        i = draft.match(open);
        continue;
      }
      if (!isDecorator(draft, i, open, typed || names.length > 0, learnt)) {
        names.push(i);
        i = open;
        break;
      }
      const close = draft.match(open);
      draft.note(i, open);
      if (
        TYPE_WRAPPERS.has(word) ||
        (!typed && names.length === 0 && !isAttribute(word, learnt) && wrapsType(draft, open))
      ) {
        draft.unwrap(open);
        draft.erase(i);
        typed = true;
      } else draft.erase(i, close);
      i = close;
      continue;
    }
    if (word === 'struct' || word === 'union' || word === 'enum' || word === 'class') {
      const name = draft.next(i);
      typed = true;
      if (draft.isWord(name) && !looksLikeMacro(draft.word(name))) i = name;
    } else if (TYPE_WORDS.has(word)) typed = true;
    else if (!QUALIFIERS.has(word) && !KEYWORDS.has(word)) names.push(i);
  }
  eraseExtras(draft, names, typed, true, learnt);
  return i;
}

/** Keeps the type (when there is none yet) and the name; erases macros among the rest. Returns whether a type is among them. */
function eraseExtras(draft: Draft, names: number[], typed: boolean, named: boolean, learnt: LearntMacros): boolean {
  const wanted = (typed ? 0 : 1) + (named ? 1 : 0);
  let extra = names.length - wanted;
  const candidates = named ? names.slice(0, -1) : names;
  for (const i of candidates) {
    const word = draft.word(i);
    if (isAttribute(word, learnt) || (extra > 0 && looksLikeMacro(word))) {
      draft.note(i);
      draft.erase(i);
      extra--;
    }
  }
  return names.length > 0;
}

/** `MACRO(…)` in front of a declarator, rather than the declarator with its parameters. */
function isDecorator(draft: Draft, i: number, open: number, typed: boolean, learnt: LearntMacros): boolean {
  const after = draft.next(draft.match(open));
  const word = draft.word(i);
  if (TYPE_WRAPPERS.has(word) || isAttribute(word, learnt)) return true;
  if (draft.code(after) === 42) return !typed;
  if (!draft.isWord(after)) return false;
  const following = draft.word(after);
  if (typed) return looksLikeMacro(word) && !looksLikeMacro(following) && !KEYWORDS.has(following);
  return true;
}

function wrapsType(draft: Draft, open: number): boolean {
  const args = draft.arguments(open);
  if (args.length !== 1) return false;
  const [first, last] = args[0]!;
  for (let i = first; i <= last; i++) if (!draft.isWord(i) && draft.code(i) !== 42) return false;
  return last >= first;
}

/** Parameters, and attributes behind the declarator. */
function repairHead(draft: Draft, open: number, learnt: LearntMacros): void {
  if (draft.code(open) === OPEN && draft.match(open) > 0) {
    for (const [first, last] of draft.arguments(open)) if (last > first) repairRun(draft, first, learnt);
    eraseTrailing(draft, draft.next(draft.match(open)), learnt);
  } else if (draft.code(open) === 91) {
    let i = open;
    while (i < draft.count && draft.code(i) !== 93) i++;
    eraseTrailing(draft, draft.next(i), learnt);
  }
}

function eraseTrailing(draft: Draft, from: number, learnt: LearntMacros): void {
  for (let i = from; draft.isWord(i); i = draft.next(i)) {
    const word = draft.word(i);
    if (!looksLikeMacro(word) && !isAttribute(word, learnt)) return;
    const open = draft.next(i);
    const close = draft.code(open) === OPEN ? draft.match(open) : -1;
    draft.note(i, close > 0 ? open : -1);
    draft.erase(i, close > 0 ? close : i);
  }
}

/** `PyObject_HEAD` and other macros that stand for members are taken out; the others are declarations. */
function repairMember(draft: Draft, i: number, learnt: LearntMacros): void {
  const word = draft.word(i);
  const next = draft.next(i);
  const known = word.endsWith('_HEAD');
  if (draft.code(next) === OPEN && looksLikeMacro(word)) {
    const close = draft.match(next);
    if (close < 0) return;
    draft.note(i, next);
    const semicolon = draft.next(close);
    draft.erase(i, draft.code(semicolon) === 59 ? semicolon : close);
  } else if (
    isMemberHead(word) &&
    (known || draft.code(next) === 59 || draft.code(next) === 125 || draft.breaks(i, next))
  ) {
    if (!known && draft.code(next) !== 59 && !draft.isWord(next) && draft.code(next) !== 125) return;
    draft.note(i);
    draft.erase(i, draft.code(next) === 59 ? next : i);
  } else repairRun(draft, i, learnt);
}

function eraseEnumerator(draft: Draft, i: number): void {
  const open = draft.next(i);
  const before = draft.code(draft.previous(i));
  const close = draft.match(open);
  if (close < 0 || (before !== 123 && before !== 44 && before !== 41)) return;
  draft.note(i, open);
  const comma = draft.next(close);
  draft.erase(i, draft.code(comma) === 44 ? comma : close);
}

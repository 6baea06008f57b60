/** Macro arguments that are no expressions: types (`va_arg(ap, char *)`), operators, statements. */
import type { Draft } from './draft.ts';
import { KEYWORDS, QUALIFIERS, TYPE_WORDS } from './macros.ts';
import { Token } from './tokens.ts';

const TYPE_OPERATORS = new Set([
  'sizeof',
  'alignof',
  '_Alignof',
  'offsetof',
  'typeof',
  '__typeof__',
  '__attribute__',
  'decltype',
]);
const PRIMITIVE =
  /^(?:void|bool|char|int|short|long|float|double|signed|unsigned|u?int(?:8|16|32|64|ptr)_t|char(?:8|16|32|64)_t|s?size_t|ptrdiff_t|max_align_t|nullptr_t|charptr_t)$/;
const CONTROL = new Set(['return', 'goto', 'break', 'continue', 'if', 'for', 'while', 'do', 'switch', 'case', 'else']);

export function repairArguments(draft: Draft): void {
  if (draft.language === 'cpp') repairOperatorCalls(draft);
  for (let i = 0; i < draft.count - 1; i++) {
    if (draft.code(i) === 41) eraseInnerCast(draft, i);
    if (draft.code(i + 1) !== 40 || !draft.isWord(i) || draft.isGone(i)) continue;
    const context = draft.context(i);
    if (context !== 'block' && context !== 'parenthesis' && context !== 'list') continue;
    const word = draft.word(i);
    if (draft.match(i + 1) < 0) continue;
    if (word === 'offsetof') {
      repairOffset(draft, i);
      continue;
    }
    if (context !== 'list' && besideLiteral(draft, i)) {
      draft.note(i, i + 1);
      draft.erase(i + 1, draft.match(i + 1));
      continue;
    }
    if (
      TYPE_WORDS.has(word) ||
      TYPE_OPERATORS.has(word) ||
      (KEYWORDS.has(word) && word !== 'va_arg') ||
      isDeclarator(draft, i)
    )
      continue;
    let noted = false;
    for (const [first, last] of draft.arguments(i + 1)) {
      if (last < first) eraseEmpty(draft, i + 1, first);
      if (draft.code(first) === 123 && draft.match(first) === last && isValueList(draft, first, last)) {
        if (!noted) draft.note(i, i + 1);
        noted = true;
        // `f(x, {a, &b})`, where a macro makes an array of it, reads as `f(x,  a, &b )`.
        draft.unwrap(first);
        continue;
      }
      const replacement = replacementFor(draft, first, last);
      if (replacement === null) continue;
      if (!noted) draft.note(i, i + 1);
      noted = true;
      draft.canvas.replace(draft.start(first), draft.end(last), replacement);
    }
  }
}

/** `p->operator=(x)`, which the grammar lacks, reads as a call of another name. */
function repairOperatorCalls(draft: Draft): void {
  for (let i = 2; i < draft.count; i++) {
    if (draft.word(i) !== 'operator') continue;
    const before = draft.previous(i);
    const arrow = draft.code(before) === 62 && draft.code(draft.previous(before)) === 45;
    if (!arrow && draft.code(before) !== 46) continue;
    let last = i + 1;
    while (last < draft.count && draft.code(last) !== 40 && last - i < 4) last++;
    if (draft.code(last) !== 40 || last === i + 1 || draft.code(i + 1) === 0) continue;
    draft.erase(i + 1, last - 1);
    draft.canvas.put(draft.start(i), 'O');
  }
}

/** In C, `{a, &b}` as an argument; rows of macros without commas are none. */
function isValueList(draft: Draft, open: number, close: number): boolean {
  if (draft.language !== 'c' || close === open + 1) return false;
  for (let i = open + 1; i < close - 1; i++) {
    const code = draft.code(i);
    if (code === 59) return false;
    if ((code === 41 || draft.isWord(i)) && draft.isWord(i + 1)) return false;
    if (draft.match(i) > i) i = draft.match(i) - 1;
  }
  return true;
}

/** `f(a, , b)` and `f(a, )`: a comma goes for each argument that isn't there. */
function eraseEmpty(draft: Draft, open: number, first: number): void {
  const comma = draft.code(first) === 44 ? first : first - 1;
  if (comma > open) draft.erase(comma);
}

/** `(PyCFunction)(void (*)(void))f`: the grammar takes the second cast for a call in places; the first says all. */
function eraseInnerCast(draft: Draft, close: number): void {
  const open = draft.next(close);
  const before = draft.match(close);
  if (draft.code(open) !== 40 || before < 0 || close - before !== 2 || !draft.isWord(close - 1)) return;
  const end = draft.match(open);
  if (end - open !== 8 || draft.word(open + 1) !== 'void' || draft.code(open + 3) !== 42) return;
  const after = draft.next(end);
  if (draft.isWord(after) || draft.code(after) === 40) draft.erase(open, end);
}

/** The grammar knows `offsetof(T, x)` only; `offsetof(T, x.y[0])` becomes a call of something else. */
function repairOffset(draft: Draft, i: number): void {
  const args = draft.arguments(i + 1);
  const path = args[1];
  if (path === undefined || path[0] === path[1]) return;
  draft.note(i, i + 1);
  draft.canvas.put(draft.start(i), 'O');
  const [first, last] = args[0]!;
  const replacement = replacementFor(draft, first, last);
  if (replacement !== null) draft.canvas.replace(draft.start(first), draft.end(last), replacement);
}

/** `"%" FORMAT("10") "d"`: the grammar takes names between strings, but no calls. */
function besideLiteral(draft: Draft, i: number): boolean {
  return (
    draft.kind(draft.previous(i)) === Token.literal || draft.kind(draft.next(draft.match(i + 1))) === Token.literal
  );
}

/** `int f(T *)` declares; `x = f(T *)`, `return f(T *)` and `f(T *)` call. */
function isDeclarator(draft: Draft, i: number): boolean {
  const before = draft.previous(i);
  if (draft.code(before) === 42) return draft.isWord(draft.previous(before));
  const word = draft.word(before);
  return word !== '' && (!KEYWORDS.has(word) || QUALIFIERS.has(word));
}

/** What to write over an argument, or null when the grammar reads it. */
function replacementFor(draft: Draft, first: number, last: number): string | null {
  if (last < first) return null;
  if (CONTROL.has(draft.word(first))) return '0';
  let words = 0;
  let name = '';
  let typeLike = false;
  let stars = 0;
  for (let i = first; i <= last; i++) {
    if (draft.code(i) === 42 || (draft.code(i) === 38 && draft.language === 'cpp' && isLastStar(draft, i, last))) {
      if (words === 0) break;
      stars++;
    } else if (draft.isWord(i) && stars === 0) {
      words++;
      const word = draft.word(i);
      if (TYPE_WORDS.has(word) || word === 'struct' || word === 'const' || word === 'union' || word === 'enum')
        typeLike = true;
      if (word !== 'const' && word !== 'volatile' && word !== 'struct') name = word;
    } else if (draft.word(i) === 'const' && stars > 0) typeLike = true;
    else if (draft.kind(i) !== Token.punctuation) return null;
    else return isOperator(draft, first, last) ? '0' : null;
  }
  if (words === 0) return isOperator(draft, first, last) ? '0' : null;
  // Where C++ expects a value it has no use for the name of a primitive type.
  if (draft.language === 'cpp' && first === last && PRIMITIVE.test(name)) return name[0]!.toUpperCase() + name.slice(1);
  if (stars > 0 || (typeLike && words > 1)) return name;
  return null;
}

/** `T &` and `T &&`, not `a & b`. */
function isLastStar(draft: Draft, i: number, last: number): boolean {
  for (let k = i; k <= last; k++) if (draft.code(k) !== 38) return false;
  return true;
}

function isOperator(draft: Draft, first: number, last: number): boolean {
  // `name (*)(int)` is a type.
  if (first === last && draft.code(first) === 42 && draft.code(last + 1) === 41 && draft.code(last + 2) === 40)
    return false;
  for (let i = first; i <= last; i++) {
    const code = draft.code(i);
    if (code === 0 || code === 40 || code === 41 || code === 123 || code === 125 || code === 91) return false;
  }
  return true;
}

/**
 * Tables of plain data: code pages, Unicode's properties, error codes. They may be most of a project's text and say nothing
 * about threads, so that the parser is given their first rows only.
 */
import type { Canvas } from './canvas.ts';
import { Token, type Tokens } from './tokens.ts';

/** Initialisers of fewer tokens stay whole. */
const SMALLEST = 512;

/** What is left of a larger one, up to the end of the row that this token stands in. */
const LEFT = 64;

const OPEN = 123;
const CLOSE = 125;
const COMMA = 44;
const MINUS = 45;
const EQUALS = 61;

/** Blanks what lies behind the first rows of each initialiser that holds numbers, literals and constants alone. */
export function blankData(tokens: Tokens, live: Uint32Array, canvas: Canvas): void {
  const { code, start, end } = tokens;
  for (let at = 1; at < live.length; at++) {
    if (code[live[at]!] !== OPEN || code[live[at - 1]!] !== EQUALS) continue;
    const { last, row, whole } = dataFrom(tokens, live, at);
    if (whole && last - at >= SMALLEST && row > 0) canvas.blank(end[live[row]!]!, start[live[last]!]!);
    at = last;
  }
}

/**
 * How far the initialiser that opens at `open` holds nothing but data (`whole`: up to its closing brace), and the comma that
 * ends the last row to be left; 0 when it has no such row.
 */
function dataFrom(tokens: Tokens, live: Uint32Array, open: number): { last: number; row: number; whole: boolean } {
  const { code, kind } = tokens;
  let depth = 0;
  let row = 0;
  for (let at = open; at < live.length; at++) {
    const token = live[at]!;
    switch (code[token]) {
      case OPEN:
        depth++;
        break;
      case CLOSE:
        if (--depth === 0) return { last: at, row, whole: true };
        break;
      case COMMA:
        if (depth === 1 && row === 0 && at - open >= LEFT) row = at;
        break;
      case MINUS:
        break;
      default:
        if (kind[token] === Token.word && !isConstant(tokens, live, at)) return { last: at, row, whole: false };
        if (kind[token] === Token.punctuation) return { last: at, row, whole: false };
    }
  }
  return { last: live.length, row, whole: false };
}

/** A name in capitals that is an entry by itself: a macro that stands for several is followed by no comma. */
function isConstant({ text, code, start, end }: Tokens, live: Uint32Array, at: number): boolean {
  const before = code[live[at - 1]!];
  const after = code[live[at + 1] ?? -1];
  if ((before !== OPEN && before !== COMMA && before !== MINUS) || (after !== CLOSE && after !== COMMA)) return false;
  const stop = end[live[at]!]!;
  for (let i = start[live[at]!]!; i < stop; i++) {
    const c = text.charCodeAt(i);
    if (c >= 97 || (c > 90 && c < 95)) return false;
  }
  return true;
}

/**
 * One linear pass that splits C and C++ text into words, numbers, literals, punctuation and preprocessor lines, and sets
 * comments apart. It accepts anything: what is never closed ends with its line (literals) or with the text (comments).
 */
import type { Language } from './model.ts';

export const Token = { word: 1, number: 2, literal: 3, punctuation: 4, directive: 5 } as const;

export interface Tokens {
  readonly text: string;
  readonly count: number;
  readonly kind: Uint8Array;
  /** Character code of a punctuation token, digraphs (`<%`) as what they stand for; 0 for every other kind. */
  readonly code: Uint16Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  /** Pairs of start and end offsets. */
  readonly comments: readonly number[];
}

export interface TokenizeOptions {
  readonly language: Language;
  /** numpy's `.c.src`: `@name@` is (part of) a word. */
  readonly template: boolean;
}

const Class = { other: 0, space: 1, newline: 2, word: 3, digit: 4, quote: 5, slash: 6, hash: 7 } as const;

function classTable(template: boolean): Uint8Array {
  const table = new Uint8Array(128);
  for (const c of ' \t\f\v\r\0') table[c.charCodeAt(0)] = Class.space;
  table[10] = Class.newline;
  for (let c = 65; c <= 90; c++) table[c] = table[c + 32] = Class.word;
  for (let c = 48; c <= 57; c++) table[c] = Class.digit;
  table[95] = Class.word;
  table[36] = Class.word;
  if (template) table[64] = Class.word;
  table[34] = table[39] = Class.quote;
  table[47] = Class.slash;
  table[35] = Class.hash;
  return table;
}

const plainClasses = classTable(false);
const templateClasses = classTable(true);

const RAW_PREFIX = /^(?:u8|[uUL])?R$/;

/** Tokens that space is kept for: more than any single item has, fewer than a long file. */
const KEPT = 16_384;

/** Space that grows with the texts and is used again for the next one. */
const scratch = {
  kind: new Uint8Array(1024),
  code: new Uint16Array(1024),
  start: new Uint32Array(1024),
  end: new Uint32Array(1024),
};

class Tokenizer {
  kind = scratch.kind;
  code = scratch.code;
  start = scratch.start;
  end = scratch.end;
  count = 0;
  readonly comments: number[] = [];
  readonly text: string;
  readonly #options: TokenizeOptions;
  readonly #classes: Uint8Array;

  constructor(text: string, options: TokenizeOptions) {
    this.text = text;
    this.#options = options;
    this.#classes = options.template ? templateClasses : plainClasses;
  }

  run(): Tokens {
    const { text } = this;
    const classes = this.#classes;
    const length = text.length;
    let lineStart = true;
    let i = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    while (i < length) {
      const c = text.charCodeAt(i);
      const kind = c < 128 ? classes[c]! : Class.word;
      switch (kind) {
        case Class.space:
          i++;
          continue;
        case Class.newline:
          lineStart = true;
          i++;
          continue;
        case Class.slash: {
          const end = this.#comment(i);
          if (end > i) {
            i = end;
            continue;
          }
          this.#push(Token.punctuation, i, ++i, c);
          break;
        }
        case Class.hash:
          if (lineStart) {
            const end = this.#directiveEnd(i);
            this.#push(Token.directive, i, end);
            i = end;
          } else this.#push(Token.punctuation, i, ++i, c);
          break;
        case Class.word: {
          const end = this.#wordEnd(i + 1);
          if (text.charCodeAt(end) === 34 && this.#options.language === 'cpp' && RAW_PREFIX.test(text.slice(i, end))) {
            i = this.#rawString(i, end);
          } else {
            this.#push(Token.word, i, end);
            i = end;
          }
          break;
        }
        case Class.digit: {
          const end = this.#numberEnd(i);
          this.#push(Token.number, i, end);
          i = end;
          break;
        }
        case Class.quote: {
          const end = this.#literalEnd(i, c);
          this.#push(Token.literal, i, end);
          i = end;
          break;
        }
        default:
          // A backslash before a line break joins lines; nothing else of it is C.
          if (c === 92 && isLineBreak(text.charCodeAt(i + 1))) {
            i += text.charCodeAt(i + 1) === 13 && text.charCodeAt(i + 2) === 10 ? 3 : 2;
            continue;
          }
          i = this.#punctuation(i, c, lineStart);
      }
      lineStart = false;
    }
    const { count, comments } = this;
    return {
      text,
      count,
      kind: this.kind.slice(0, count),
      code: this.code.slice(0, count),
      start: this.start.slice(0, count),
      end: this.end.slice(0, count),
      comments,
    };
  }

  /** One character, a digraph, or the `%:` that begins a preprocessor line. */
  #punctuation(i: number, c: number, lineStart: boolean): number {
    const next = this.text.charCodeAt(i + 1);
    if (c === 37 && next === 58 && lineStart) {
      const end = this.#directiveEnd(i);
      this.#push(Token.directive, i, end);
      return end;
    }
    let code = 0;
    if (c === 60) code = next === 37 ? 123 : next === 58 && this.text.charCodeAt(i + 2) !== 58 ? 91 : 0;
    else if (next === 62) code = c === 37 ? 125 : c === 58 ? 93 : 0;
    const end = code === 0 ? i + 1 : i + 2;
    this.#push(Token.punctuation, i, end, code === 0 ? c : code);
    return end;
  }

  #push(kind: number, start: number, end: number, code = 0): void {
    if (this.count === this.kind.length) {
      this.kind = grow(this.kind, new Uint8Array(this.count * 2));
      this.code = grow(this.code, new Uint16Array(this.count * 2));
      this.start = grow(this.start, new Uint32Array(this.count * 2));
      this.end = grow(this.end, new Uint32Array(this.count * 2));
      if (this.kind.length <= KEPT)
        Object.assign(scratch, { kind: this.kind, code: this.code, start: this.start, end: this.end });
    }
    this.kind[this.count] = kind;
    this.code[this.count] = code;
    this.start[this.count] = start;
    this.end[this.count++] = end;
  }

  #wordEnd(i: number): number {
    const { text } = this;
    const classes = this.#classes;
    for (;;) {
      const c = text.charCodeAt(i);
      // NaN at the end of the text fails both comparisons.
      if (c >= 128 || classes[c] === Class.word || classes[c] === Class.digit) i++;
      else return i;
    }
  }

  #numberEnd(i: number): number {
    const { text } = this;
    for (;;) {
      const end = this.#wordEnd(i + 1);
      const c = text.charCodeAt(end);
      const before = text.charCodeAt(end - 1) | 32;
      const exponentSign = (c === 43 || c === 45) && (before === 101 || before === 112) && end - 1 > i;
      const separator = c === 39 && this.#options.language === 'cpp' && this.#wordEnd(end + 1) > end + 1;
      if (c !== 46 && !exponentSign && !separator) return end;
      i = end;
    }
  }

  /** End of the literal, or of the line when it is never closed. */
  #literalEnd(i: number, quote: number): number {
    const { text } = this;
    for (i++; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === quote) return i + 1;
      if (c === 10) return i;
      if (c === 92) {
        if (text.charCodeAt(i + 1) === 13 && text.charCodeAt(i + 2) === 10) i++;
        i++;
      }
    }
    return text.length;
  }

  #rawString(start: number, quote: number): number {
    const { text } = this;
    const open = text.indexOf('(', quote);
    const delimiter = open < 0 || open - quote > 17 ? null : text.slice(quote + 1, open);
    const close = delimiter === null ? -1 : text.indexOf(`)${delimiter}"`, open);
    const end = close < 0 ? this.#literalEnd(quote, 34) : close + delimiter!.length + 2;
    this.#push(Token.literal, start, end);
    return end;
  }

  /** Records the comment that starts here and returns its end; returns `i` when there is none. */
  #comment(i: number): number {
    const { text } = this;
    const next = text.charCodeAt(i + 1);
    let end = i;
    if (next === 42) {
      const close = text.indexOf('*/', i + 2);
      end = close < 0 ? text.length : close + 2;
    } else if (next === 47) end = this.#logicalLineEnd(i);
    if (end > i) this.comments.push(i, end);
    return end;
  }

  #logicalLineEnd(i: number): number {
    const { text } = this;
    for (;;) {
      const end = text.indexOf('\n', i);
      if (end < 0) return text.length;
      const before = text.charCodeAt(end - 1) === 13 ? end - 2 : end - 1;
      if (text.charCodeAt(before) !== 92) return text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      i = end + 1;
    }
  }

  #directiveEnd(i: number): number {
    const { text } = this;
    while (i < text.length) {
      const c = text.charCodeAt(i);
      if (c === 10) return text.charCodeAt(i - 1) === 13 ? i - 1 : i;
      if (c === 47) {
        const end = this.#comment(i);
        if (end > i) {
          i = end;
          continue;
        }
      } else if (c === 92) {
        i += text.charCodeAt(i + 1) === 13 && text.charCodeAt(i + 2) === 10 ? 2 : 1;
      } else if (c === 34 || c === 39) {
        const end = this.#literalEnd(i, c);
        // `#error don't` holds no literal.
        if (text.charCodeAt(end - 1) === c && end > i + 1) i = end - 1;
      }
      i++;
    }
    return Math.min(i, text.length);
  }
}

function isLineBreak(c: number): boolean {
  return c === 10 || c === 13;
}

function grow<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

export function tokenize(text: string, options: TokenizeOptions): Tokens {
  return new Tokenizer(text, options).run();
}

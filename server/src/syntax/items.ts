/**
 * Cuts the live tokens of a file into its top-level items, so that each can be read, repaired, parsed and kept on its own:
 * what is broken in one function can't reach the next. Namespaces and `extern "C"` blocks are entered, not kept.
 */
import { Nesting } from './nesting.ts';
import { Token, type Tokens } from './tokens.ts';

export interface Cut {
  readonly start: number;
  readonly end: number;
  /** Enclosing namespaces, outermost first; anonymous ones and `extern "C"` are left out. */
  readonly scope: readonly string[];
}

export interface Items {
  readonly cuts: readonly Cut[];
  /** A brace was never closed: cuts after it rely on where lines begin. */
  readonly unclosed: boolean;
}

const OPEN = 40;
const CLOSE = 41;
const BRACE = 123;
const END_BRACE = 125;
const SEMICOLON = 59;

class Cutter {
  readonly #tokens: Tokens;
  readonly #live: Uint32Array;
  readonly #cpp: boolean;
  readonly #cuts: Cut[] = [];
  #scope: readonly string[] = [];
  #scopes: (readonly string[])[] = [];

  constructor(tokens: Tokens, live: Uint32Array, cpp: boolean) {
    this.#tokens = tokens;
    this.#live = live;
    this.#cpp = cpp;
  }

  run(): Items {
    const rest = this.#pass(0, false);
    if (rest < 0) return { cuts: this.#cuts, unclosed: false };
    // From the item that is never closed on, trust the column: code in a body is indented.
    this.#pass(rest, true);
    return { cuts: this.#cuts, unclosed: true };
  }

  /** Cuts from a live token on. Returns the first token of an item that is not closed at the end, or -1. */
  #pass(from: number, byColumn: boolean): number {
    const live = this.#live;
    const tokens = this.#tokens;
    const nesting = new Nesting(tokens, this.#cpp);
    let base = nesting.level;
    let first = from;
    for (let at = from; at < live.length; at++) {
      const token = live[at]!;
      if (byColumn && nesting.level !== base && this.#beginsLine(at)) {
        const closes = tokens.code[token] === END_BRACE;
        if (closes || this.#beginsItem(at)) {
          nesting.restore({ ...nesting.save(), level: base });
          this.#cut(first, closes ? at : at - 1);
          first = closes ? at + 1 : at;
          if (closes) continue;
        }
      }
      nesting.feed(token);
      const code = tokens.code[token]!;
      if (nesting.level === base) {
        const { closed } = nesting;
        if (code === SEMICOLON) {
          if (first < at) this.#cut(first, at);
          first = at + 1;
        } else if (code === END_BRACE && closed !== null && this.#endsItem(closed.kind, at)) {
          this.#cut(first, at);
          first = at + 1;
        } else if (code === END_BRACE && closed === null && first === at) first = at + 1;
        else if (
          code === CLOSE &&
          closed !== null &&
          closed.opener === live[first + 1] &&
          this.#isBareMacro(first, at)
        ) {
          this.#cut(first, at);
          first = at + 1;
        }
      } else if (nesting.level.kind === 'namespace' && nesting.level.parent === base) {
        this.#enter(first, at);
        base = nesting.level;
        first = at + 1;
      } else if (nesting.closed === base && nesting.closed.kind === 'namespace') {
        if (first < at) this.#cut(first, at - 1);
        base = nesting.level;
        this.#scope = this.#scopes.pop() ?? [];
        first = at + 1;
      }
    }
    if (first >= live.length) return -1;
    if (nesting.level !== base && !byColumn) return first;
    this.#cut(first, live.length - 1);
    return -1;
  }

  #cut(first: number, last: number): void {
    const { start, end } = this.#tokens;
    if (last >= first)
      this.#cuts.push({ start: start[this.#live[first]!]!, end: end[this.#live[last]!]!, scope: this.#scope });
  }

  #enter(first: number, brace: number): void {
    this.#scopes.push(this.#scope);
    const names: string[] = [];
    for (let at = first; at < brace; at++) {
      const word = this.#word(at);
      if (word !== '' && word !== 'namespace' && word !== 'inline' && word !== 'extern') names.push(word);
    }
    if (names.length > 0) this.#scope = [...this.#scope, ...names];
  }

  #endsItem(closed: string, at: number): boolean {
    if (closed !== 'block') return false;
    // `int f(a) int a; {`, and blocks that macros made of initialisers: what follows tells.
    const next = this.#code(at + 1);
    return next !== 61 && next !== 44;
  }

  /** `MACRO(…)` with no semicolon, standing for whole declarations; not the type of a function that follows. */
  #isBareMacro(first: number, close: number): boolean {
    const next = this.#live[close + 1];
    if (next === undefined) return true;
    const { kind } = this.#tokens;
    if (kind[next] !== Token.word || !this.#onLaterLine(close, close + 1)) return false;
    const name = this.#word(first);
    if (/^(?:__attribute__|__attribute|__declspec|_?_?[aA]lignas)$/.test(name)) return false;
    if (/^(?:static|extern|typedef)$/.test(this.#word(close + 1))) return !/DEPRECATED|ATTR|EXPORT|ALIGN/i.test(name);
    return this.#code(close + 2) === OPEN && !this.#isDefinition(close + 2);
  }

  /** Whether the parameter list that opens here is followed by a body. */
  #isDefinition(open: number): boolean {
    let depth = 0;
    for (let at = open; at < Math.min(open + 500, this.#live.length); at++) {
      const code = this.#code(at);
      if (code === OPEN) depth++;
      else if (code === CLOSE && --depth === 0) return this.#code(at + 1) === BRACE;
    }
    return false;
  }

  #code(at: number): number {
    const token = this.#live[at];
    return token === undefined ? 0 : this.#tokens.code[token]!;
  }

  #word(at: number): string {
    const token = this.#live[at];
    if (token === undefined || this.#tokens.kind[token] !== Token.word) return '';
    return this.#tokens.text.slice(this.#tokens.start[token], this.#tokens.end[token]);
  }

  #onLaterLine(before: number, after: number): boolean {
    const { text, start, end } = this.#tokens;
    const lineBreak = text.indexOf('\n', end[this.#live[before]!]);
    return lineBreak >= 0 && lineBreak < start[this.#live[after]!]!;
  }

  #beginsLine(at: number): boolean {
    const start = this.#tokens.start[this.#live[at]!]!;
    return start === 0 || this.#tokens.text.charCodeAt(start - 1) === 10;
  }

  #beginsItem(at: number): boolean {
    if (this.#tokens.kind[this.#live[at]!] !== Token.word || this.#code(at + 1) === 58) return false;
    const previous = this.#code(at - 1);
    return previous === SEMICOLON || previous === END_BRACE || /^(?:static|extern|typedef)$/.test(this.#word(at));
  }
}

/** The top-level items of a file, in order. Linear. */
export function cutItems(tokens: Tokens, live: Uint32Array, cpp: boolean): Items {
  return new Cutter(tokens, live, cpp).run();
}

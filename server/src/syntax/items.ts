/**
 * Cuts the live tokens of a file into its top-level items, so that each can be read, repaired, parsed and kept on its own:
 * what is broken in one function can't reach the next. Namespaces and `extern "C"` blocks are entered, not kept.
 */
import { type LearntMacros, shapeOf, TYPE_WORDS } from './macros.ts';
import { type Level, Nesting } from './nesting.ts';
import { Token, type Tokens } from './tokens.ts';

export interface Cut {
  readonly start: number;
  readonly end: number;
  /** Enclosing namespaces, outermost first; anonymous ones and `extern "C"` are left out. */
  readonly scope: readonly string[];
}

export interface Items {
  readonly cuts: readonly Cut[];
  /** All brackets match and the last item ends. Otherwise cuts may rely on where lines begin. */
  readonly closed: boolean;
}

/** Namespaces nested deeper than this are left out of the names. */
const DEEPEST_SCOPE = 64;

const OPEN = 40;
const CLOSE = 41;
const BRACE = 123;
const END_BRACE = 125;
const SEMICOLON = 59;

class Cutter {
  readonly #tokens: Tokens;
  readonly #live: Uint32Array;
  readonly #cpp: boolean;
  readonly #learnt: LearntMacros;
  readonly #cuts: Cut[] = [];
  #scope: readonly string[];
  #closed = true;
  readonly #scopes: (readonly string[])[] = [];
  /** First token of the item that is being read. */
  #first = 0;
  /** Semicolons before this token belong to the parameters of an old-style definition. */
  #oldStyle = -1;

  constructor(tokens: Tokens, live: Uint32Array, cpp: boolean, learnt: LearntMacros, scope: readonly string[]) {
    this.#tokens = tokens;
    this.#live = live;
    this.#cpp = cpp;
    this.#learnt = learnt;
    this.#scope = scope;
  }

  run(): Items {
    const rest = this.#pass(0, false);
    if (rest < 0) return { cuts: this.#cuts, closed: this.#closed };
    // From the item that is never closed on, trust the column: code in a body is indented.
    this.#pass(rest, true);
    return { cuts: this.#cuts, closed: false };
  }

  /** Cuts from a live token on. Returns the first token of an item that is not closed at the end, or -1. */
  #pass(from: number, byColumn: boolean): number {
    const live = this.#live;
    const nesting = new Nesting(this.#tokens, this.#cpp);
    this.#first = from;
    this.#oldStyle = -1;
    let base = nesting.level;
    for (let at = from; at < live.length; at++) {
      if (byColumn && nesting.level !== base && this.#recovers(at)) {
        nesting.restore({ ...nesting.save(), level: base });
        if (this.#first > at) continue;
      }
      nesting.feed(live[at]!);
      const { level, closed } = nesting;
      if (level === base) {
        if (this.#endsItem(at, closed)) this.#cut(at);
      } else if (level.kind === 'namespace' && level.parent === base) {
        this.#enter(at);
        base = level;
      } else if (closed === base) {
        this.#cut(at - 1);
        this.#first = at + 1;
        this.#scope = this.#scopes.pop() ?? [];
        base = level;
      }
    }
    if (this.#first < live.length && nesting.level !== base && !byColumn) return this.#first;
    if (this.#first < live.length || base.parent !== null) this.#closed = false;
    this.#cut(live.length - 1);
    return -1;
  }

  /** Ends the item at what begins a line inside of it, when that looks like its end or like the next item. */
  #recovers(at: number): boolean {
    if (!this.#beginsLine(at)) return false;
    if (this.#code(at) === END_BRACE) this.#cut(at);
    else if (this.#beginsItem(at)) this.#cut(at - 1);
    else return false;
    return true;
  }

  /** Whether the token, which stands outside of all brackets, is the last one of an item. */
  #endsItem(at: number, closed: Level | null): boolean {
    switch (this.#code(at)) {
      case SEMICOLON:
        return at >= this.#oldStyle;
      case END_BRACE: {
        if (closed === null) {
          this.#closed = false;
          return true;
        }
        const next = this.#code(at + 1);
        return closed.kind === 'block' && next !== 61 && next !== 44;
      }
      case CLOSE: {
        if (closed === null) return false;
        if (closed.opener === this.#live[this.#first + 1]) return this.#isBareMacro(this.#first, at);
        if (this.#isBodyMacro(this.#first, at)) return true;
        this.#oldStyle = Math.max(this.#oldStyle, this.#oldStyleBody(at));
        return false;
      }
      default:
        return false;
    }
  }

  /** Ends the item at a token; single brackets and semicolons are none. */
  #cut(last: number): void {
    const { start, end } = this.#tokens;
    const first = this.#first;
    this.#first = last + 1;
    if (last < first || (last === first && this.#word(first) === '')) return;
    if (this.#code(first) === BRACE) this.#closed = false;
    this.#cuts.push({ start: start[this.#live[first]!]!, end: end[this.#live[last]!]!, scope: this.#scope });
  }

  #enter(brace: number): void {
    this.#scopes.push(this.#scope);
    const names: string[] = [];
    for (let at = this.#first; at < brace; at++) {
      const word = this.#word(at);
      if (word !== '' && word !== 'namespace' && word !== 'inline' && word !== 'extern') names.push(word);
    }
    if (names.length > 0 && this.#scope.length < DEEPEST_SCOPE) this.#scope = [...this.#scope, ...names];
    this.#first = brace + 1;
  }

  /** `MACRO(…)` with no semicolon, standing for whole declarations; not the type of a function that follows. */
  #isBareMacro(first: number, close: number): boolean {
    const next = this.#live[close + 1];
    if (next === undefined) return true;
    const { kind } = this.#tokens;
    if (kind[next] !== Token.word || !this.#onLaterLine(close, close + 1)) return false;
    const name = this.#word(first);
    if (/^(?:__attribute__|__attribute|__declspec|_?_?[aA]lignas)$/.test(name)) return false;
    const shape = shapeOf(name, this.#learnt);
    if (shape === 'attribute' || shape === 'type') return false;
    if (shape !== null) return true;
    if (/^(?:static|extern|typedef)$/.test(this.#word(close + 1))) return !/DEPRECATED|ATTR|EXPORT|ALIGN/i.test(name);
    return this.#code(close + 2) === OPEN && !this.#isDefinition(close + 2) && !TYPE_WORDS.has(this.#word(first + 2));
  }

  /** `int f(int x) MACRO(…)` with the next item on a later line: the macro is the body. */
  #isBodyMacro(first: number, close: number): boolean {
    const next = this.#live[close + 1];
    if (next !== undefined && (this.#tokens.kind[next] !== Token.word || !this.#beginsLine(close + 1))) return false;
    let open = close;
    for (let depth = 0; open > first; open--) {
      if (this.#code(open) === CLOSE) depth++;
      else if (this.#code(open) === OPEN && --depth === 0) break;
    }
    const name = this.#word(open - 1);
    if (name === '' || this.#code(open - 2) !== CLOSE || open - 2 <= first + 1) return false;
    const shape = shapeOf(name, this.#learnt);
    return shape === null ? !/^_?_?[a-z]/.test(name) && next !== undefined : shape === 'body' || shape === 'statement';
  }

  /** Where the body of `int f(a) int a; {` begins, when the parameter list that ends here is of that kind; else -1. */
  #oldStyleBody(close: number): number {
    if (this.#word(close + 1) === '' || this.#word(close - 1) === '') return -1;
    for (let at = close + 1; at < Math.min(close + 200, this.#live.length); at++) {
      const code = this.#code(at);
      if (code === BRACE) return this.#code(at - 1) === SEMICOLON ? at : -1;
      if (code !== 0 && code !== SEMICOLON && code !== 42 && code !== 44 && code !== 91 && code !== 93) return -1;
    }
    return -1;
  }

  /** Whether the parameter list that opens here, or the one behind it (`NAME(x)(int a) {`), is followed by a body. */
  #isDefinition(open: number): boolean {
    let depth = 0;
    for (let at = open; at < Math.min(open + 500, this.#live.length); at++) {
      const code = this.#code(at);
      if (code === OPEN) depth++;
      else if (code === CLOSE && --depth === 0 && this.#code(at + 1) !== OPEN) return this.#code(at + 1) === BRACE;
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

/** The top-level items of a text that stands in `scope`, in order. Linear. */
export function cutItems(
  tokens: Tokens,
  live: Uint32Array,
  cpp: boolean,
  learnt: LearntMacros,
  scope: readonly string[],
): Items {
  return new Cutter(tokens, live, cpp, learnt, scope).run();
}

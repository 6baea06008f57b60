/** The text of one item under repair: its tokens with brackets matched, and the canvas that the passes paint on. */
import { Canvas } from './canvas.ts';
import type { Language, MacroUse } from './model.ts';
import { type LevelKind, Nesting } from './nesting.ts';
import { Token, type Tokens, tokenize } from './tokens.ts';

export class Draft {
  readonly canvas: Canvas;
  readonly language: Language;
  readonly count: number;
  readonly uses: MacroUse[] = [];
  readonly #tokens: Tokens;
  readonly #gone: Uint8Array;
  /** Hops over erased tokens; shortened whenever they are followed, so that long erased stretches cost nothing. */
  readonly #after: Int32Array;
  readonly #before: Int32Array;
  readonly #match: Int32Array;
  readonly #context: LevelKind[] = [];

  constructor(text: string, language: Language) {
    this.canvas = new Canvas(text);
    this.language = language;
    const tokens = tokenize(text, { language, template: false });
    this.#tokens = tokens;
    this.count = tokens.count;
    this.#gone = new Uint8Array(tokens.count);
    this.#after = new Int32Array(tokens.count);
    this.#before = new Int32Array(tokens.count);
    this.#match = new Int32Array(tokens.count).fill(-1);
    const nesting = new Nesting(tokens, language === 'cpp');
    for (let i = 0; i < tokens.count; i++) {
      this.#after[i] = i + 1;
      this.#before[i] = i - 1;
      const before = nesting.level;
      nesting.feed(i);
      const { closed, level } = nesting;
      if (closed !== null) {
        this.#match[i] = closed.opener;
        this.#match[closed.opener] = i;
      }
      this.#context.push(closed === null ? before.kind : level.kind);
    }
  }

  get text(): string {
    return this.#tokens.text;
  }

  /** Where the token stands; brackets stand outside of what they enclose. */
  context(i: number): LevelKind {
    return this.#context[i] ?? 'file';
  }

  /** The other bracket of a pair, or -1. */
  match(i: number): number {
    return this.#match[i] ?? -1;
  }

  code(i: number): number {
    return this.#tokens.code[i] ?? 0;
  }

  kind(i: number): number {
    return this.#tokens.kind[i] ?? 0;
  }

  isWord(i: number): boolean {
    return this.#tokens.kind[i] === Token.word;
  }

  /** The word at a token; empty for anything else. */
  word(i: number): string {
    return this.isWord(i) ? this.text.slice(this.#tokens.start[i], this.#tokens.end[i]) : '';
  }

  start(i: number): number {
    return this.#tokens.start[i] ?? this.text.length;
  }

  end(i: number): number {
    return this.#tokens.end[i] ?? this.text.length;
  }

  isGone(i: number): boolean {
    return this.#gone[i] === 1;
  }

  /** The next token that was not erased; `count` after the last. */
  next(i: number): number {
    if (i < 0 && this.#gone[0] !== 1) return 0;
    return this.#hop(this.#after, Math.max(i, 0), i + 1);
  }

  /** The token before that was not erased; -1 before the first. */
  previous(i: number): number {
    return this.#hop(this.#before, i, i - 1);
  }

  /** Follows the hops from a token and shortens all of them. */
  #hop(hops: Int32Array, from: number, otherwise: number): number {
    const gone = this.#gone;
    let to = hops[from] ?? otherwise;
    // Mostly.
    if (gone[to] !== 1) return to;
    while (gone[to] === 1) to = hops[to]!;
    for (let at = from; gone[at] === 1 || at === from; ) {
      const hop = hops[at];
      if (hop === undefined || hop === to) break;
      hops[at] = to;
      at = hop;
    }
    return to;
  }

  /** Whether a line break stands between two tokens. */
  breaks(i: number, j: number): boolean {
    const end = this.start(j);
    for (let at = this.end(i); at < end; at++) if (this.canvas.at(at) === 10) return true;
    return false;
  }

  /** Removes tokens, both ends included. */
  erase(first: number, last = first): void {
    this.canvas.blank(this.start(first), this.end(last));
    // One hop over all of them.
    const before = this.previous(first);
    const after = this.next(last);
    this.#gone.fill(1, first, last + 1);
    this.#after.fill(after, first, last + 1);
    this.#before.fill(before, first, last + 1);
  }

  /** Takes a token's brackets away and leaves what they enclose. */
  unwrap(open: number): void {
    const close = this.match(open);
    this.erase(open);
    if (close > open) this.erase(close);
  }

  /** Writes a `;` or `,` into blank space behind a token. False when there is none. */
  insertAfter(i: number, mark: ';' | ','): boolean {
    const room = this.canvas.room(this.end(i), this.start(i + 1));
    if (room < 0) return false;
    this.canvas.put(room, mark);
    return true;
  }

  /** Keeps the fact that a macro stood here. `open`: its opening parenthesis, when it has one. */
  note(i: number, open = -1): void {
    const close = open < 0 ? -1 : this.match(open);
    const end = close > open ? this.end(close) : this.end(i);
    this.uses.push({
      name: this.text.slice(this.start(i), this.end(i)),
      span: { start: this.start(i), end },
      args: close > open ? this.argumentSpans(open) : [],
    });
  }

  /** Token ranges of the arguments in a pair of parentheses: pairs of first and last token (last < first: empty). */
  arguments(open: number): [number, number][] {
    const close = this.match(open);
    const out: [number, number][] = [];
    if (close <= open + 1) return out;
    let first = open + 1;
    for (let i = first; i <= close; i++) {
      if (i === close || this.code(i) === 44) {
        out.push([first, i - 1]);
        first = i + 1;
      } else if (this.match(i) > i) i = this.match(i);
    }
    return out;
  }

  argumentSpans(open: number): { start: number; end: number }[] {
    return this.arguments(open).map(([first, last]) =>
      last < first
        ? { start: this.start(first), end: this.start(first) }
        : { start: this.start(first), end: this.end(last) },
    );
  }
}

/**
 * What kind of bracket a token stands in: file scope, a block of statements, a list of initialisers, the members of a struct.
 * One token is fed after the other; the levels are an immutable chain, so that a position can be kept and returned to.
 */
import { Token, type Tokens } from './tokens.ts';

export type LevelKind = 'file' | 'namespace' | 'block' | 'members' | 'enumerators' | 'list' | 'parenthesis';

export interface Level {
  readonly kind: LevelKind;
  readonly parent: Level | null;
  /** Index of the token that opened it. */
  readonly opener: number;
}

/** A position that `Nesting` can return to. */
export interface Place {
  readonly level: Level;
  readonly previous: number;
  readonly head: number;
}

/** What has been seen since the last `;`, `{` or `}`, in one number (there is one for every token): a keyword, ... */
const KEYWORD = 7;
const RECORD = 1;
const ENUM = 2;
const NAMESPACE = 3;
const EXTERN = 4;
const RETURN = 5;
/** ... how many words after it: none, one or more, ... */
const WORDS = 24;
const ONE_WORD = 8;
const SEVERAL_WORDS = 16;
/** ... whether a `(` came, and whether a `=` did. */
const CALLED = 32;
const EQUALS = 64;

/** Stand-ins for the code of the previous token when it is not punctuation. */
const PREVIOUS_WORD = 1;
const PREVIOUS_LITERAL = 2;

const fileLevel: Level = { kind: 'file', parent: null, opener: -1 };

export class Nesting {
  level: Level = fileLevel;
  /** Code of the previous punctuation token, or one of the stand-ins; 0 at the start. */
  previous = 0;
  /** The level that the last token closed; null when it closed none. */
  closed: Level | null = null;
  #head = 0;
  readonly #tokens: Tokens;
  readonly #cpp: boolean;

  constructor(tokens: Tokens, cpp: boolean) {
    this.#tokens = tokens;
    this.#cpp = cpp;
  }

  save(): Place {
    return { level: this.level, previous: this.previous, head: this.#head };
  }

  restore(place: Place): void {
    this.level = place.level;
    this.previous = place.previous;
    this.#head = place.head;
    this.closed = null;
  }

  /** Whether nothing has begun at this level: the next token starts a declaration, statement or entry. */
  get atBoundary(): boolean {
    const { previous } = this;
    return previous === 0 || previous === 59 || previous === 123 || previous === 125 || previous === 44;
  }

  feed(i: number): void {
    const tokens = this.#tokens;
    const code = tokens.code[i]!;
    this.closed = null;
    if (code === 0) {
      if (tokens.kind[i] === Token.word) this.#word(i);
      this.previous = tokens.kind[i] === Token.word ? PREVIOUS_WORD : PREVIOUS_LITERAL;
      return;
    }
    switch (code) {
      case 123:
        this.#push(this.#braceKind(), i);
        this.#head = 0;
        break;
      case 125:
        this.#closeBrace();
        this.#head = 0;
        break;
      case 40:
        this.#head |= CALLED;
        this.#push('parenthesis', i);
        break;
      case 41:
        if (this.level.kind === 'parenthesis') this.#pop();
        break;
      case 59:
        if (this.level.kind !== 'parenthesis') this.#head = 0;
        break;
      case 61:
        if (this.level.kind !== 'parenthesis' && this.#assigns(i)) this.#head |= EQUALS;
        break;
      default:
    }
    this.previous = code;
  }

  /** Not a part of `==`, `!=`, `<=` or `>=`. */
  #assigns(i: number): boolean {
    const { previous } = this;
    if (previous === 61 || previous === 33 || previous === 60 || previous === 62) return false;
    return this.#tokens.text.charCodeAt(this.#tokens.end[i]!) !== 61;
  }

  #push(kind: LevelKind, opener: number): void {
    this.level = { kind, parent: this.level, opener };
  }

  #pop(): void {
    this.closed = this.level;
    this.level = this.level.parent ?? this.level;
  }

  #closeBrace(): void {
    let { level } = this;
    while (level.kind === 'parenthesis') level = level.parent!;
    if (level.parent === null) return;
    this.level = level;
    this.#pop();
  }

  #word(i: number): void {
    if (this.level.kind === 'parenthesis') return;
    const keyword = keywordOf(this.#tokens, i);
    // `template <class T> struct X`: the last one counts; `static struct X f(struct Y y)`: the first at this level.
    if (keyword !== 0) this.#head = (this.#head & (CALLED | EQUALS)) | keyword;
    else if ((this.#head & WORDS) < SEVERAL_WORDS) this.#head += ONE_WORD;
  }

  #braceKind(): LevelKind {
    const { previous, level } = this;
    const keyword = this.#head & KEYWORD;
    const called = (this.#head & CALLED) !== 0;
    const several = (this.#head & WORDS) === SEVERAL_WORDS;
    if (previous === 61) return 'list';
    // `(T){…}` is a value in C; in C++ what looks like it is mostly the body of a lambda.
    const afterParenthesis = previous === 41 ? (this.#cpp ? 'block' : 'list') : null;
    if (level.kind === 'list') return afterParenthesis ?? 'list';
    if (level.kind === 'parenthesis')
      return afterParenthesis ?? (previous === 44 || previous === PREVIOUS_WORD ? 'list' : 'block');
    if (keyword === NAMESPACE) return 'namespace';
    if (keyword === EXTERN && previous === PREVIOUS_LITERAL) return 'namespace';
    if ((keyword === RECORD || keyword === ENUM) && previous !== 41 && !(called && several))
      return keyword === ENUM ? 'enumerators' : 'members';
    if (previous === 41) return (this.#head & EQUALS) !== 0 || keyword === RETURN ? afterParenthesis! : 'block';
    if (previous === PREVIOUS_WORD && this.#cpp && !called && several) return 'list';
    return 'block';
  }
}

function keywordOf(tokens: Tokens, i: number): number {
  const start = tokens.start[i]!;
  const { text } = tokens;
  const length = tokens.end[i]! - start;
  if (length < 4 || length > 9) return 0;
  switch (text.charCodeAt(start)) {
    case 115:
      return length === 6 && text.startsWith('struct', start) ? RECORD : 0;
    case 117:
      return length === 5 && text.startsWith('union', start) ? RECORD : 0;
    case 99:
      return length === 5 && text.startsWith('class', start) ? RECORD : 0;
    case 101:
      if (length === 4) return text.startsWith('enum', start) ? ENUM : 0;
      return length === 6 && text.startsWith('extern', start) ? EXTERN : 0;
    case 114:
      return length === 6 && text.startsWith('return', start) ? RETURN : 0;
    case 110:
      return length === 9 && text.startsWith('namespace', start) ? NAMESPACE : 0;
    default:
      return 0;
  }
}

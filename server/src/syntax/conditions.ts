/**
 * Preprocessor conditions in three values: 1, 0, or null for what this build's description doesn't say.
 * `hard` facts decide (this is the build that is analysed); `guess` only chooses where a choice must be made.
 */
import { ownCopy } from './own-copy.ts';

export interface Build {
  /** A macro's value; 0 and not defined when `defined` says so; null when nothing is known. */
  value(name: string): MacroValue | null;
}

export interface MacroValue {
  readonly defined: boolean;
  readonly value: number | null;
}

export type PythonTarget = '3.13' | '3.14' | '3.15';

const undefinedMacro: MacroValue = { defined: false, value: 0 };
const number = (value: number): MacroValue => ({ defined: true, value });

export interface BuildFacts {
  readonly target: PythonTarget;
  readonly cpp: boolean;
  readonly freeThreaded: boolean;
}

/** What is known of a build of CPython for the given version. Everything else is unknown. */
export function knownBuild({ target, cpp, freeThreaded }: BuildFacts): Build {
  const minor = Number(target.slice(2));
  const facts = new Map<string, MacroValue>([
    ['Py_GIL_DISABLED', freeThreaded ? number(1) : undefinedMacro],
    ['PY_VERSION_HEX', number(0x030000f0 + minor * 0x10000)],
    ['PY_MAJOR_VERSION', number(3)],
    ['PY_MINOR_VERSION', number(minor)],
    ['__cplusplus', cpp ? number(201703) : undefinedMacro],
    ['PYPY_VERSION', undefinedMacro],
    ['PYPY_VERSION_NUM', undefinedMacro],
    ['GRAALVM_PYTHON', undefinedMacro],
  ]);
  // The limited API and free threading exclude each other up to 3.14.
  if (freeThreaded && minor < 15) facts.set('Py_LIMITED_API', undefinedMacro);
  return { value: name => facts.get(name) ?? null };
}

const ABSENT =
  /^(?:MS_WIN\w*|MS_UWP|_?_?WIN(?:32|64|NT|DOWS)\w*|_MSC_VER|__MINGW\w*|__CYGWIN__|\w*APPLE\w*|__DARWIN\w*|__MACH__|TARGET_OS_\w+|_AIX|__VMS|VMS|__sun|sun|__hpux|__sgi|__QNX\w*|__VXWORKS__|__EMSCRIPTEN__|__wasi__|__wasm__|__ANDROID__|__(?:Free|Net|Open)BSD__|__DragonFly__|Py_DEBUG|Py_REF_DEBUG|Py_TRACE_REFS|Py_STATS|Py_BUILD_CORE_MODULE_NONE|\w*_?DEBUG(?:GING)?\w*|\w*_TRACE\w*|TRACE_\w+|USE_PYMALLOC_NONE|SWIG|HAVE_BROKEN_\w+|\w*_IS_BROKEN|HP_\w+|BIG_ENDIAN|WORDS_BIGENDIAN|_?LIMITED_API)$/;
const PRESENT =
  /^(?:HAVE_\w+|WITH_\w+|__GNUC__|__linux__|__linux|linux|__unix__|NDEBUG|__STDC__|_POSIX_\w+|Py_BUILD_CORE\w*)$/;

/** What a common build on Linux has: only a guess, asked where one of two branches must be chosen. */
export const guessedBuild: Build = {
  value: name => (ABSENT.test(name) ? undefinedMacro : PRESENT.test(name) ? number(1) : null),
};

/** Asks the second only where the first knows nothing. */
export function either(first: Build, second: Build): Build {
  return { value: name => first.value(name) ?? second.value(name) };
}

const LEXEME =
  /\s+|\/\*[^]*?\*\/|\/\/.*|\\\r?\n|([A-Za-z_$][\w$]*)|(0[xX][\da-fA-F]+|\d+)[uUlL]*|(&&|\|\||[=!<>]=|<<|>>|[-+*/%<>!~^&|?:(),])|./gy;

/** Conditions whose lexemes are kept; then all are forgotten. */
const MAX_KEPT = 2_000;
/** A file asks for the same few again and again, and for each of them in more than one build. */
const kept = new Map<string, readonly string[]>();

function lexemes(condition: string): readonly string[] {
  const known = kept.get(condition);
  if (known !== undefined) return known;
  const own = ownCopy(condition);
  const out: string[] = [];
  for (const match of own.matchAll(LEXEME)) {
    const lexeme = match[1] ?? match[2] ?? match[3];
    if (lexeme !== undefined) out.push(lexeme);
    else if (!/^(?:\s|\/[*/]|\\)/.test(match[0])) out.push('?');
  }
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(own, out);
  return out;
}

const BINARY: Record<string, number> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '<=': 7,
  '>': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
};

function apply(operator: string, a: number | null, b: number | null): number | null {
  if (operator === '&&') return a === 0 || b === 0 ? 0 : a === null || b === null ? null : 1;
  if (operator === '||') return (a ?? 0) !== 0 || (b ?? 0) !== 0 ? 1 : a === null || b === null ? null : 0;
  if (a === null || b === null) return null;
  switch (operator) {
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '<':
      return Number(a < b);
    case '<=':
      return Number(a <= b);
    case '>':
      return Number(a > b);
    case '>=':
      return Number(a >= b);
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '<<':
      return b < 31 ? a * 2 ** b : null;
    case '>>':
      return Math.floor(a / 2 ** b);
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? null : Math.trunc(a / b);
    case '%':
      return b === 0 ? null : a % b;
    default:
      return null;
  }
}

/** Deeper conditions than any person writes are unknown: the evaluator recurses. */
const DEEPEST = 100;

class Evaluator {
  readonly #lexemes: readonly string[];
  readonly #build: Build;
  #next = 0;

  constructor(condition: string, build: Build) {
    this.#lexemes = lexemes(condition);
    this.#build = build;
  }

  evaluate(): number | null {
    if (this.#lexemes.length > 2000) return null;
    const value = this.#binary(0, 0);
    return this.#next === this.#lexemes.length ? value : null;
  }

  #take(): string {
    return this.#lexemes[this.#next++] ?? '';
  }

  #peek(): string {
    return this.#lexemes[this.#next] ?? '';
  }

  #binary(minimum: number, depth: number): number | null {
    let left = this.#unary(depth);
    for (;;) {
      const operator = this.#peek();
      const strength = BINARY[operator];
      if (operator === '?' && minimum === 0) {
        this.#take();
        const yes = this.#binary(0, depth + 1);
        if (this.#take() !== ':') return null;
        const no = this.#binary(0, depth + 1);
        left = left === null ? null : left === 0 ? no : yes;
      } else if (strength !== undefined && strength > minimum) {
        this.#take();
        left = apply(operator, left, this.#binary(strength, depth + 1));
      } else return left;
    }
  }

  #unary(depth: number): number | null {
    if (depth > DEEPEST) {
      this.#next = Number.POSITIVE_INFINITY;
      return null;
    }
    const lexeme = this.#take();
    if (lexeme === '!') {
      const value = this.#unary(depth + 1);
      return value === null ? null : Number(value === 0);
    }
    if (lexeme === '-' || lexeme === '+' || lexeme === '~') {
      const value = this.#unary(depth + 1);
      return value === null ? null : lexeme === '-' ? -value : lexeme === '+' ? value : ~value;
    }
    if (lexeme === '(') {
      const value = this.#binary(0, depth + 1);
      return this.#take() === ')' ? value : null;
    }
    if (lexeme === 'defined') {
      const parenthesis = this.#peek() === '(';
      if (parenthesis) this.#take();
      const known = this.#build.value(this.#take());
      if (parenthesis) this.#take();
      return known === null ? null : Number(known.defined);
    }
    if (/^\d/.test(lexeme)) return /^0\d/.test(lexeme) ? Number.parseInt(lexeme, 8) : Number(lexeme);
    if (!/^[A-Za-z_$]/.test(lexeme)) return null;
    if (this.#peek() === '(') {
      this.#skipArguments();
      return null;
    }
    return this.#build.value(lexeme)?.value ?? null;
  }

  #skipArguments(): void {
    let depth = 0;
    do {
      const lexeme = this.#take();
      if (lexeme === '(') depth++;
      else if (lexeme === ')') depth--;
      else if (lexeme === '') return;
    } while (depth > 0);
  }
}

/** Whether a condition holds: true, false, or null when the build's description doesn't decide it. */
export function holds(condition: string, build: Build): boolean | null {
  const value = new Evaluator(condition, build).evaluate();
  return value === null ? null : value !== 0;
}

/** The number that a text stands for in a condition. */
export function valueOf(text: string, build: Build): number | null {
  return new Evaluator(text, build).evaluate();
}

/** The macros that a condition asks for. */
export function namesIn(condition: string): readonly string[] {
  return lexemes(condition).filter(lexeme => lexeme !== 'defined' && /^[A-Za-z_$]/.test(lexeme));
}

/**
 * Definitions of the project's macros, read once: the body parsed as C with the parameters standing for themselves. Lowering
 * then binds each parameter to the argument's own node, so that a macro costs no parse per use and arguments keep their spans.
 */
import type { FlatTree } from '../syntax/model.ts';
import type { ReadFragment } from './environment.ts';
import type { MacroDefinition } from './model.ts';
import { Source } from './node.ts';
import { usesByItem } from './uses.ts';

export interface MacroBody {
  readonly source: Source;
  /** The one expression that the body is, or -1. */
  readonly expression: number;
  /** The statements of the body, when it is no expression. */
  readonly statements: readonly number[];
}

/** Longer bodies are generated tables, not helpers. */
const MAX_LENGTH = 20_000;
/** Definitions kept for one parser; then all are forgotten and read again when asked. */
const MAX_KEPT = 20_000;

/** `#name` becomes the string `"#name"`: what it stands for is known where the macro is used (`stringized`). */
const STRINGIZED = /(#\w+)/g;

/** The parameter whose argument's text this string literal of a body stands for, or null. */
export function stringized(literal: string): string | null {
  return /^"#(\w+)"$/.exec(literal)?.[1] ?? null;
}

const kept = new WeakMap<ReadFragment, Map<string, MacroBody | null>>();

/** Null when the body can't be read as an expression or statements. */
export function macroBody(definition: MacroDefinition, fragment: ReadFragment): MacroBody | null {
  const key = `${definition.parameters?.join(',') ?? '-'}\n${definition.body}`;
  let bodies = kept.get(fragment);
  if (!bodies || bodies.size >= MAX_KEPT) kept.set(fragment, (bodies = new Map()));
  let body = bodies.get(key);
  if (body === undefined) {
    const text = definition.body.replaceAll(STRINGIZED, (_, name: string) => `"${name}"`);
    body = text.length > MAX_LENGTH ? null : readBody(text, fragment);
    bodies.set(key, body);
  }
  return body;
}

const NO_TREE: FlatTree = {
  start: 0,
  length: 0,
  count: 0,
  kinds: [],
  fields: [],
  kind: new Uint16Array(),
  field: new Uint8Array(),
  startOffset: new Uint32Array(),
  endOffset: new Uint32Array(),
  parent: new Int32Array(),
  firstChild: new Int32Array(),
  nextSibling: new Int32Array(),
  flags: new Uint8Array(),
};
/** `#define CHECK(x)`: nothing at all, arguments included. */
const EMPTY: MacroBody = {
  source: new Source({ tree: NO_TREE, text: '', original: '' }),
  expression: -1,
  statements: [],
};

const HEAD = 'void macro(void) {';

/** Reads a piece of a function's body. */
export function readBody(text: string, fragment: ReadFragment): MacroBody | null {
  const code = balanced(text);
  if (code === '') return EMPTY;
  const file = fragment(`${HEAD} ${code}\n;}`);
  const item = file.items[0];
  if (!item || file.items.length !== 1) return null;
  const source = new Source(item, usesByItem(file.lens)(item));
  const block = source.kind(0) === 'function_definition' ? source.child(0, 'body') : -1;
  if (block < 0 || source.hasError(0)) return null;
  const statements = source.named(block).filter(node => source.textOf(node) !== ';');
  const [only] = statements;
  const alone = statements.length === 1 && only !== undefined && source.kind(only) === 'expression_statement';
  const expression = alone ? source.firstNamed(only) : -1;
  // `if (x)` without a body, waiting for the statement behind the macro, reads as a statement with an empty body: leave it.
  if (!alone && statements.some(node => isCutOff(source, node))) return null;
  return { source, expression, statements };
}

function isCutOff(source: Source, node: number): boolean {
  const kind = source.kind(node);
  if (kind !== 'for_statement' && kind !== 'while_statement') return false;
  const body = source.child(node, 'body');
  return body >= 0 && source.textOf(body) === ';';
}

/**
 * `{ lock(x)` and `unlock(x) }`, `do { lock(x)` and `unlock(x); } while (0)`: braces whose partners stand in another macro are
 * taken away.
 */
function balanced(text: string): string {
  const open: number[] = [];
  const loose: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') open.push(at);
    else if (text[at] === '}' && open.pop() === undefined) loose.push(at);
  }
  if (open.length + loose.length === 0) return text.trim();
  let code = text;
  for (const at of [...open, ...loose].sort((x, y) => y - x)) {
    const before = code.slice(0, at).replace(/\bdo\s*$/, '');
    const after = code.slice(at + 1).replace(/^\s*while\s*\(\s*[01]\s*\)/, '');
    code = `${before};${after}`;
  }
  return code.trim();
}

/** Macros of the project: their bodies are lowered in place of the call, every step with the span of the call. */
import { apiFact } from '../capi/facts.ts';
import { type Bound, type Frame, type Lowering, UNKNOWN } from './lowering.ts';
import { type MacroBody, macroBody, readBody } from './macro-bodies.ts';
import type { MacroDefinition, Value } from './model.ts';

/** Macros within macros beyond this are plain calls. */
const MAX_NESTING = 12;
/** Expansions in one function beyond this are plain calls: macros that double at every level can't explode. */
const MAX_EXPANSIONS = 2000;

/** A macro's body ready to be lowered. */
export interface Expansion {
  readonly frame: Frame;
  readonly body: MacroBody;
}

/**
 * The expansion of a use of `name`, or null: no such macro, one that CPython defines (its meaning is known by name), recursive, or
 * not readable. `args`: null for a name without parentheses.
 */
export function expand(
  lowering: Lowering,
  node: number,
  name: string,
  args: readonly number[] | null,
): Expansion | null {
  const definition = lowering.macroNamed(name, node);
  if (!definition || (definition.parameters === null) !== (args === null)) return null;
  const { fragment } = lowering.env;
  const { frame } = lowering;
  if (!fragment || frame.depth >= MAX_NESTING || isActive(frame, name) || apiFact(name)) return null;
  if (lowering.expansions >= MAX_EXPANSIONS) return null;
  lowering.expansions++;
  const pin = frame.pin ?? lowering.span(node);
  const common = { pin, base: 0, macro: frame.macro ?? name, name, outer: frame, depth: frame.depth + 1 };
  const body = definition.body.includes('##') ? null : macroBody(definition, fragment);
  if (body) return { body, frame: { ...common, source: body.source, bound: bind(frame, definition, args ?? []) } };
  // Pasted names, and bodies that are C only with their arguments in place (`if (failed()) THEN`).
  const pasted = readBody(paste(lowering, definition, args ?? []), fragment);
  return pasted && { body: pasted, frame: { ...common, source: pasted.source, bound: null } };
}

/** `#define A B`, `#define B A` */
const MAX_ALIASES = 8;

/** `#define lock_it PyMutex_Lock`: what the name is another name for, followed to its end; null when it is none. */
export function aliasOf(lowering: Lowering, node: number, name: string): string | null {
  let current = name;
  for (let hops = 0; hops < MAX_ALIASES; hops++) {
    const definition = lowering.macroNamed(current, node);
    const plain = definition?.parameters === null && !apiFact(current);
    const next = plain ? /^\(?\s*([A-Za-z_]\w*)\s*\)?$/.exec(definition.body)?.[1] : undefined;
    if (next === undefined) return current === name ? null : current;
    current = next;
  }
  return null;
}

function isActive(frame: Frame, name: string): boolean {
  for (let around: Frame | null = frame; around; around = around.outer) if (around.name === name) return true;
  return false;
}

function bind(frame: Frame, definition: MacroDefinition, args: readonly number[]): ReadonlyMap<string, Bound> {
  const bound = new Map<string, Bound>();
  definition.parameters?.forEach((parameter, index) => {
    const variadic = parameter.endsWith('...');
    const nodes = variadic ? args.slice(index) : args.slice(index, index + 1);
    bound.set(parameterName(parameter), { frame, nodes });
  });
  return bound;
}

/** `##` and `#` work on text: the body with the arguments written into it. */
function paste(lowering: Lowering, definition: MacroDefinition, args: readonly number[]): string {
  const { source } = lowering.frame;
  const texts = bindTexts(
    definition,
    args.map(node => argumentText(lowering, source.textOf(node))),
  );
  return substitute(definition.body, texts);
}

function argumentText(lowering: Lowering, text: string): string {
  const bound = lowering.frame.bound?.get(text);
  return bound ? bound.nodes.map(node => bound.frame.source.textOf(node)).join(', ') : text;
}

/** What each parameter of a macro stands for, as text. */
export function bindTexts(definition: MacroDefinition, args: readonly string[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  definition.parameters?.forEach((parameter, index) => {
    const variadic = parameter.endsWith('...');
    texts.set(parameterName(parameter), variadic ? args.slice(index).join(', ') : (args[index] ?? ''));
  });
  return texts;
}

/** `args...` and `...` have names too. */
function parameterName(parameter: string): string {
  return parameter === '...' ? '__VA_ARGS__' : parameter.replace(/\.\.\.$/, '').trim();
}

/** A body that grows beyond this with its arguments written out is given up: empty. */
const MAX_WRITTEN = 100_000;
const WORD = /"(?:[^"\\]|\\.)*"|\b[A-Za-z_]\w*\b/g;

/** The preprocessor's `#` and `##` and its parameters, on one line of body. */
export function substitute(body: string, texts: ReadonlyMap<string, string>): string {
  let length = body.length;
  const write = (text: string): string => {
    length += text.length;
    return length > MAX_WRITTEN ? '' : text;
  };
  const quoted = body.includes('#')
    ? body.replaceAll(/(^|[^#])#\s*(\w+)/g, (whole, before: string, name: string) => {
        const text = texts.get(name);
        return text === undefined ? whole : before + write(JSON.stringify(text));
      })
    : body;
  const filled = quoted.replaceAll(WORD, word => {
    const text = texts.get(word);
    return text === undefined ? word : write(text);
  });
  if (length > MAX_WRITTEN) return '';
  if (!filled.includes('##')) return filled;
  const pieces = filled.split('##');
  return pieces.map((piece, at) => trimmed(piece, at > 0, at < pieces.length - 1)).join('');
}

function trimmed(text: string, start: boolean, end: boolean): string {
  const from = start ? text.trimStart() : text;
  return end ? from.trimEnd() : from;
}

export function expandValue(lowering: Lowering, expansion: Expansion): Value {
  const { frame, body } = expansion;
  return lowering.within(frame, () => {
    if (body.expression >= 0) return lowering.value(body.expression);
    for (const statement of body.statements) lowering.statement(statement);
    return UNKNOWN;
  });
}

/** Code that the lens took out of the text (`M(x)` without room for a `;`): read by itself, with the span of `node`. */
export function lowerText(lowering: Lowering, node: number, text: string): Value {
  const { frame } = lowering;
  const body = lowering.env.fragment && readBody(text, lowering.env.fragment);
  if (!body || frame.depth >= MAX_NESTING) return UNKNOWN;
  const pin = frame.pin ?? lowering.span(node);
  const inner: Frame = {
    source: body.source,
    pin,
    base: 0,
    macro: frame.macro,
    name: null,
    outer: frame,
    depth: frame.depth + 1,
    bound: null,
  };
  return expandValue(lowering, { frame: inner, body });
}

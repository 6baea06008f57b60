/** A name used as a value: variable, function, enumerator, macro. */
import { apiFact } from '../capi/facts.ts';
import { effectOf, guessEffect } from './effects.ts';
import { expand, expandValue, lowerText } from './expansion.ts';
import { type Lowering, NULL_VALUE } from './lowering.ts';
import { applyEffect } from './macro-effects.ts';
import type { Value } from './model.ts';
import { readPlace, thisType, variablePlace } from './places.ts';
import { INT, UNKNOWN_TYPE } from './types.ts';

export function lowerName(lowering: Lowering, node: number): Value {
  const name = lowering.frame.source.textOf(node);
  const bound = lowering.frame.bound?.get(name);
  if (bound) return lowering.within(bound.frame, () => lowering.value(bound.nodes[0] ?? -1));
  if (name === 'this' && lowering.ofClass !== null) {
    lowering.type = thisType(lowering.ofClass);
    return { kind: 'local', local: 0 };
  }
  const place = variablePlace(lowering, name);
  if (place) return readPlace(lowering, place, node);
  return macroStatement(lowering, node, name) ?? macroValue(lowering, node, name) ?? nameValue(lowering, name);
}

/** An object-like macro of the project. */
function macroValue(lowering: Lowering, node: number, name: string): Value | null {
  const definition = lowering.macroNamed(name, node);
  if (!definition || definition.parameters !== null) return null;
  const { body } = definition;
  if (NUMBER.test(body)) return nameOfNumber(lowering, body);
  // Another name for something: no need to read it as C.
  if (NAME.test(body)) return body === name ? null : aliasValue(lowering, node, body);
  const expansion = expand(lowering, node, name, null);
  return expansion && expandValue(lowering, expansion);
}

const NAME = /^[A-Za-z_]\w*$/;
/** `#define A B`, `#define B A` */
const MAX_ALIASES = 8;

function aliasValue(lowering: Lowering, node: number, target: string): Value | null {
  let name = target;
  for (let hops = 0; hops < MAX_ALIASES; hops++) {
    const next = lowering.env.macro(name);
    if (!next || next.parameters !== null || !NAME.test(next.body)) break;
    name = next.body;
  }
  const place = variablePlace(lowering, name);
  if (place) return readPlace(lowering, place, node);
  const definition = lowering.env.macro(name);
  if (!definition || definition.parameters !== null) return nameValue(lowering, name);
  if (NUMBER.test(definition.body)) return nameOfNumber(lowering, definition.body);
  const expansion = expand(lowering, node, name, null);
  return expansion ? expandValue(lowering, expansion) : nameValue(lowering, name);
}

function nameOfNumber(lowering: Lowering, body: string): Value {
  lowering.type = INT;
  return { kind: 'int', value: Number(body.replace(/[uUlL]+$/, '')) };
}

const NUMBER = /^(?:\d|[1-9]\d+|0[xX][0-9a-fA-F]+)[uUlL]*$/;

const MACRO_LIKE = /^[A-Z][A-Z0-9_]{2,}$/;

/** `Py_RETURN_NONE;`, `Py_BEGIN_ALLOW_THREADS`: a name that stands alone as a statement. */
function macroStatement(lowering: Lowering, node: number, name: string): Value | null {
  const { source } = lowering.frame;
  const parent = source.parent(node);
  if (parent < 0 || source.kind(parent) !== 'expression_statement') return null;
  const use = source.use(node);
  if (use && use.args.length > 0) return lowerText(lowering, node, source.written(use.span));
  const macro = use?.name ?? name;
  const effect = effectOf(macro) ?? (lowering.macroNamed(macro, node) ? null : guessEffect(macro));
  if (!effect && (use || MACRO_LIKE.test(macro)) && !lowering.macroNamed(macro, node) && !apiFact(macro))
    lowering.unknownMacros.add(macro);
  return effect && applyEffect(lowering, node, macro, effect, []);
}

/** A name that is no variable. */
export function nameValue(lowering: Lowering, name: string): Value {
  lowering.type = UNKNOWN_TYPE;
  if (name === 'NULL') return NULL_VALUE;
  if (lowering.env.function(name)) return { kind: 'function', name };
  if (lowering.env.isEnumerator(name)) lowering.type = INT;
  return { kind: 'symbol', name };
}

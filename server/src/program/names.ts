/** A name used as a value: variable, function, enumerator, macro. */
import { apiFact } from '../capi/facts.ts';
import { effectOf, guessEffect } from './effects.ts';
import { aliasOf, expand, expandValue, lowerText } from './expansion.ts';
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
  const use = lowering.frame.source.use(node);
  if (use && use.args.length > 0 && isStatement(lowering, node))
    return lowerText(lowering, node, lowering.frame.source.written(use.span));
  return macroValue(lowering, node, use?.name ?? name);
}

/** Whether the name or call stands alone as a statement. */
function isStatement(lowering: Lowering, node: number): boolean {
  return lowering.frame.source.parentKind(node) === 'expression_statement';
}

/** A name that is no variable: of a macro, or of something that we know only by name. */
function macroValue(lowering: Lowering, node: number, written: string): Value {
  const alias = aliasOf(lowering, node, written);
  const name = alias ?? written;
  if (alias !== null) {
    const place = variablePlace(lowering, alias);
    if (place) return readPlace(lowering, place, node);
  }
  const definition = lowering.macroNamed(name, node);
  if (isStatement(lowering, node)) {
    // `Py_RETURN_NONE;`, `Py_BEGIN_ALLOW_THREADS`
    const effect = effectOf(name) ?? (definition ? null : guessEffect(name));
    if (effect) return lowering.asMacro(written, () => applyEffect(lowering, node, name, effect, []));
    if (!definition && MACRO_LIKE.test(name) && !apiFact(name)) lowering.unknownMacros.add(name);
  }
  if (definition?.parameters !== null) return nameValue(lowering, name);
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

/** A name of which nothing more is known. */
function nameValue(lowering: Lowering, name: string): Value {
  lowering.type = UNKNOWN_TYPE;
  if (name === 'NULL') return NULL_VALUE;
  if (lowering.env.function(name)) return { kind: 'function', name };
  if (lowering.env.isEnumerator(name)) lowering.type = INT;
  return { kind: 'symbol', name };
}

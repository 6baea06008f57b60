/** A name used as a value: variable, function, enumerator, macro. */
import { effectOf } from './effects.ts';
import { type Lowering, NULL_VALUE } from './lowering.ts';
import { applyEffect } from './macro-effects.ts';
import type { Value } from './model.ts';
import { readPlace, thisType, variablePlace } from './places.ts';
import { INT, UNKNOWN_TYPE } from './types.ts';

export function lowerName(lowering: Lowering, node: number): Value {
  const name = lowering.frame.source.textOf(node);
  const bound = lowering.frame.bound?.get(name);
  if (bound) return lowering.within(bound.frame, () => lowering.value(bound.node));
  if (name === 'this' && lowering.ofClass !== null) {
    lowering.type = thisType(lowering.ofClass);
    return { kind: 'local', local: 0 };
  }
  const place = variablePlace(lowering, name);
  if (place) return readPlace(lowering, place, node);
  return macroStatement(lowering, node, name) ?? nameValue(lowering, name);
}

/** `Py_RETURN_NONE;`, `Py_BEGIN_ALLOW_THREADS`: a name that stands alone as a statement. */
function macroStatement(lowering: Lowering, node: number, name: string): Value | null {
  const { source } = lowering.frame;
  const parent = source.parent(node);
  if (parent < 0 || source.kind(parent) !== 'expression_statement') return null;
  const macro = source.use(node)?.name ?? name;
  const effect = effectOf(macro);
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

/**
 * C++ locals made by a constructor: `T x(value)`, `T x{value}`. An object made from one value is taken for that value: that is
 * what smart pointers, string views and conversions are. One made from several is a value of its own.
 */
import { emitCall } from './calls.ts';
import type { Lowering } from './lowering.ts';
import type { CType, Value } from './model.ts';
import { variablePlace } from './places.ts';
import type { Declarator } from './types.ts';

/** The one value between `(…)` or `{…}` that the object is made from; null when it is not of that form. */
export function constructedFrom(lowering: Lowering, type: CType, value: number): number | null {
  const { source } = lowering.frame;
  if (value < 0 || type.pointers > 0 || type.array) return null;
  const kind = source.kind(value);
  const members = source.named(value);
  if (members.length !== 1 || source.kind(members[0]!) === 'initializer_pair') return null;
  if (kind === 'argument_list') return members[0]!;
  return kind === 'initializer_list' && lowering.env.struct(type.base) === undefined ? members[0]! : null;
}

/**
 * `ptr x(make(type, args));` and `ptr x(other);` read like prototypes to the grammar. The value they construct from, when
 * what stands for parameter types are variables and calls; null for a prototype. Steps of the call are emitted.
 */
export function declaredLikePrototype(lowering: Lowering, declarator: Declarator): Value | null {
  const { source } = lowering.frame;
  const parameters = declarator.parameters < 0 ? [] : source.named(declarator.parameters);
  const [only] = parameters;
  if (only === undefined || parameters.length > 1 || source.kind(only) !== 'parameter_declaration') return null;
  const type = source.child(only, 'type');
  const inner = source.child(only, 'declarator');
  if (type < 0) return null;
  if (inner < 0) return variablePlace(lowering, source.textOf(type)) === null ? null : lowering.value(type);
  if (source.kind(inner) !== 'abstract_function_declarator') return null;
  const list = source.child(inner, 'parameters');
  const args = list < 0 ? [] : source.named(list).map(argument => source.child(argument, 'type'));
  const isCall = args.every(argument => argument >= 0 && variablePlace(lowering, source.textOf(argument)) !== null);
  if (!isCall) return null;
  return emitCall(lowering, inner, { kind: 'named', name: source.textOf(type) }, [], args);
}

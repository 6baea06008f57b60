/** C++ objects: member initialisers, `new`, `delete`, methods called on objects. */
import { emitCall } from './calls.ts';
import { type Lowering, UNKNOWN } from './lowering.ts';
import type { Value } from './model.ts';
import { memberPlace, thisType } from './places.ts';
import { pointerTo, UNKNOWN_TYPE } from './types.ts';

/** `: Base(x), field_(y)`: stores to the fields of `this`; arguments of bases are evaluated. */
export function lowerMemberInitializers(lowering: Lowering, definition: number): void {
  const { source } = lowering.frame;
  const { ofClass } = lowering;
  const list = ofClass === null ? -1 : source.childOfKind(definition, 'field_initializer_list');
  if (list < 0 || ofClass === null) return;
  for (const initializer of source.named(list)) {
    if (source.kind(initializer) !== 'field_initializer') continue;
    const [name, given] = source.named(initializer);
    if (name === undefined) continue;
    const args = given === undefined ? [] : source.named(given);
    const values = args.map(arg => lowering.value(arg));
    if (source.kind(name) !== 'field_identifier') continue;
    const field = source.textOf(name);
    if (lowering.env.struct(ofClass) && !lowering.env.field(ofClass, field)) continue;
    const place = memberPlace(lowering, { kind: 'local', local: 0 }, thisType(ofClass), field);
    const value = values.length === 1 ? values[0]! : UNKNOWN;
    lowering.emit({ kind: 'store', place, value, initializes: true }, initializer);
  }
}

/** `new T(args)`: a call of `new` with the type's name before the arguments. */
export function lowerNew(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const typeNode = source.child(node, 'type');
  const list = source.child(node, 'arguments');
  const type = typeNode < 0 ? UNKNOWN_TYPE : lowering.readType(typeNode);
  const named: Value = { kind: 'symbol', name: type.base };
  const args = list < 0 ? [] : source.named(list);
  const before = [{ value: named, span: lowering.span(typeNode < 0 ? node : typeNode) }];
  const result = emitCall(lowering, node, { kind: 'named', name: 'new' }, before, args);
  lowering.type = pointerTo(type);
  return result;
}

export function lowerDelete(lowering: Lowering, node: number): Value {
  return emitCall(lowering, node, { kind: 'named', name: 'delete' }, [], lowering.frame.source.named(node));
}

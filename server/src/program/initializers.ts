/** Initialisers of locals: one store for a scalar, one for each written member of an aggregate. */
import { type Lowering, MAX_DEPTH, UNKNOWN } from './lowering.ts';
import type { CType, Place, Value } from './model.ts';
import { addressOf, memberPlace } from './places.ts';
import { pointee } from './types.ts';

/** Beyond this many members an aggregate is stored as one unknown value: tables of data are not worth a step each. */
const MAX_MEMBERS = 256;

export function lowerInitializer(lowering: Lowering, place: Place, type: CType, node: number): void {
  const { source } = lowering.frame;
  if (node < 0) return;
  if (source.kind(node) === 'argument_list') {
    construct(lowering, place, type, node);
    return;
  }
  if (source.kind(node) !== 'initializer_list') {
    const value = lowering.value(node);
    lowering.emit({ kind: 'store', place, value, initializes: true }, node);
    return;
  }
  if (lowering.depth >= MAX_DEPTH) {
    lowering.tooDeep(node);
    return;
  }
  const members = source.named(node);
  const scalar = !type.array && type.pointers === 0 && lowering.env.struct(type.base) === undefined;
  if (members.length === 0 || members.length > MAX_MEMBERS || (scalar && isZero(lowering, members))) {
    lowering.emit({ kind: 'store', place, value: { kind: 'int', value: 0 }, initializes: true }, node);
    return;
  }
  lowering.depth++;
  lowerMembers(lowering, place, type, members);
  lowering.depth--;
}

/** C++ `T x(a, b)`: the class's constructor runs on the new object. */
function construct(lowering: Lowering, place: Place, type: CType, node: number): void {
  const { source } = lowering.frame;
  const args = source.named(node);
  const values = args.map(arg => lowering.value(arg));
  const owner = lowering.env.structName(type);
  const constructor = `${owner}::${owner?.slice(owner.lastIndexOf(':') + 1)}`;
  if (owner !== null && type.pointers === 0 && lowering.env.function(constructor)) {
    const span = lowering.span(node);
    lowering.emit(
      {
        kind: 'call',
        callee: { kind: 'named', name: constructor },
        args: [addressOf(place), ...values],
        argSpans: [span, ...args.map(arg => lowering.span(arg))],
      },
      node,
    );
    return;
  }
  const value = values.length === 1 ? values[0]! : UNKNOWN;
  lowering.emit({ kind: 'store', place, value, initializes: true }, node);
}

function isZero(lowering: Lowering, members: readonly number[]): boolean {
  return members.length === 1 && lowering.frame.source.textOf(members[0]!) === '0';
}

function lowerMembers(lowering: Lowering, place: Place, type: CType, members: readonly number[]): void {
  const { source } = lowering.frame;
  const fields = type.array ? undefined : lowering.env.struct(type.base)?.fields;
  let position = 0;
  for (const member of members) {
    let target: Place;
    let valueNode = member;
    if (source.kind(member) === 'initializer_pair') {
      valueNode = source.child(member, 'value');
      target = designated(lowering, place, type, member);
    } else if (type.array) {
      target = elementAt(lowering, place, type, { kind: 'int', value: position++ });
    } else {
      target = memberPlace(lowering, addressOf(place), type, fields?.[position]?.name ?? `${position}`);
      position++;
    }
    const memberType = lowering.type;
    lowerInitializer(lowering, target, memberType, valueNode);
  }
}

function designated(lowering: Lowering, place: Place, type: CType, pair: number): Place {
  const { source } = lowering.frame;
  let target = place;
  lowering.type = type;
  for (let child = source.first(pair); child >= 0; child = source.next(child)) {
    const kind = source.kind(child);
    if (kind === 'field_designator') {
      const name = source.firstNamed(child);
      target = memberPlace(lowering, addressOf(target), lowering.type, name < 0 ? '' : source.textOf(name));
    } else if (kind === 'subscript_designator') {
      const before = lowering.type;
      const index = lowering.value(source.firstNamed(child));
      target = elementAt(lowering, target, before, index);
    }
  }
  return target;
}

function elementAt(lowering: Lowering, place: Place, type: CType, index: Value): Place {
  lowering.type = pointee(type);
  return { kind: 'element', base: addressOf(place), index };
}

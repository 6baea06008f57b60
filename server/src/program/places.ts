/** Lvalues: where an expression's value is kept, and reading it. */
import { effectOf } from './effects.ts';
import { expand } from './expansion.ts';
import { type Lowering, UNKNOWN_PLACE } from './lowering.ts';
import type { CType, Place, Value } from './model.ts';
import { Dispatch } from './node.ts';
import { namedType, pointee, pointerTo, UNKNOWN_TYPE } from './types.ts';

type PlaceHandler = (lowering: Lowering, node: number) => Place;

const PLACES = new Dispatch<PlaceHandler>(
  {
    identifier: namePlace,
    qualified_identifier: namePlace,
    field_identifier: namePlace,
    type_identifier: namePlace,
    field_expression: fieldPlace,
    subscript_expression: elementPlace,
    pointer_expression: pointerPlace,
    this: temporaryPlace,
    call_expression: macroPlace,
    cast_expression: castPlace,
  },
  temporaryPlace,
);

export function lowerPlace(lowering: Lowering, node: number): Place {
  const { source } = lowering.frame;
  const inner = source.unwrap(node);
  return PLACES.of(source.tree, inner)(lowering, inner);
}

function isPlaceKind(kind: string): boolean {
  return (
    kind === 'identifier' ||
    kind === 'field_expression' ||
    kind === 'subscript_expression' ||
    kind === 'pointer_expression'
  );
}

/** Reads what a place holds: a load, except for locals (read where they are used) and arrays (which become addresses). */
export function readPlace(lowering: Lowering, place: Place, node: number): Value {
  const { type } = lowering;
  if (type.array) {
    lowering.type = pointerTo(pointee(type));
    return addressOf(place);
  }
  if (place.kind === 'local') return { kind: 'local', local: place.local };
  if (place.kind === 'unknown') return { kind: 'unknown' };
  return lowering.result({ kind: 'load', place }, node);
}

/** Like `readPlace`, but a local is copied too: for macros that read, overwrite and then use the old value. */
export function capturePlace(lowering: Lowering, place: Place, node: number): Value {
  if (place.kind === 'unknown') return { kind: 'unknown' };
  return lowering.result({ kind: 'load', place }, node);
}

export function addressOf(place: Place): Value {
  if (place.kind === 'deref') return place.pointer;
  return { kind: 'address', place };
}

function pointedBy(value: Value): Place {
  return value.kind === 'address' ? value.place : { kind: 'deref', pointer: value };
}

/** A variable's place, or null when the name is no variable that we know. Sets the type. */
export function variablePlace(lowering: Lowering, name: string): Place | null {
  const variable = lowering.scope.find(name);
  if (variable) {
    lowering.type = variable.type;
    if (variable.kind === 'global') return { kind: 'global', name: variable.name };
    if (!variable.reference) return { kind: 'local', local: variable.local };
    lowering.type = pointee(variable.type);
    return { kind: 'deref', pointer: { kind: 'local', local: variable.local } };
  }
  if (lowering.ofClass !== null) {
    const field = lowering.env.field(lowering.ofClass, name);
    if (field) {
      lowering.type = field.type;
      return { kind: 'field', base: { kind: 'local', local: 0 }, struct: field.owner, field: name };
    }
  }
  const global = lowering.env.global(name) ?? inEnclosing(lowering, name);
  if (!global) return null;
  lowering.type = global.type;
  return { kind: 'global', name: global.name };
}

/** C++: a name of the enclosing class or namespaces. */
function inEnclosing(lowering: Lowering, name: string): { name: string; type: CType } | undefined {
  if (lowering.env.language !== 'cpp') return undefined;
  const parts = lowering.functionName.split('::');
  for (let count = parts.length - 1; count > 0; count--) {
    const global = lowering.env.global(`${parts.slice(0, count).join('::')}::${name}`);
    if (global) return global;
  }
  return undefined;
}

function namePlace(lowering: Lowering, node: number): Place {
  const name = lowering.frame.source.textOf(node);
  const bound = lowering.frame.bound?.get(name);
  if (bound) return lowering.within(bound.frame, () => lowering.place(bound.nodes[0] ?? -1));
  const place = variablePlace(lowering, name);
  if (place) return place;
  const expansion = expand(lowering, node, name, null);
  if (expansion && expansion.body.expression >= 0)
    return lowering.within(expansion.frame, () => lowering.place(expansion.body.expression));
  lowering.type = UNKNOWN_TYPE;
  return { kind: 'global', name };
}

function fieldPlace(lowering: Lowering, node: number): Place {
  const { source } = lowering.frame;
  const argument = source.child(node, 'argument');
  const fieldNode = source.child(node, 'field');
  if (argument < 0 || fieldNode < 0) return UNKNOWN_PLACE;
  const arrow = isArrow(lowering, node);
  let base: Value;
  let owner: CType;
  if (arrow) {
    base = pointedTo(lowering, argument);
    owner = lowering.type;
  } else {
    const place = lowering.place(argument);
    owner = lowering.type;
    base = addressOf(place);
  }
  return memberPlace(lowering, base, owner, fieldName(lowering, fieldNode));
}

/** The pointer before `->`. In C++ an object may stand for one: `Ref(self)->size`. */
export function pointedTo(lowering: Lowering, node: number): Value {
  const value = lowering.value(node);
  const reference = lowering.env.reference(lowering.type);
  if (reference === null) return value;
  const { through, leadsTo } = reference;
  const place = through === null ? null : memberPlace(lowering, value, namedType(through.struct, 1), through.field);
  const led = place === null ? value : readPlace(lowering, place, node);
  lowering.type = leadsTo;
  return led;
}

/** The field as written, or what a macro's parameter stands for. */
function fieldName(lowering: Lowering, node: number): string {
  return lowering.actualName(lowering.frame.source.textOf(node));
}

function isArrow(lowering: Lowering, node: number): boolean {
  const { source } = lowering.frame;
  const operator = source.child(node, 'operator');
  return operator >= 0 ? source.textOf(operator) === '->' : source.childOfKind(node, '->') >= 0;
}

/** The field of what `base` points to; `owner` is the type seen there (with or without its pointer). */
export function memberPlace(lowering: Lowering, base: Value, owner: CType, field: string): Place {
  const struct = lowering.env.structName(owner);
  const declared = struct === null ? undefined : lowering.env.field(struct, field);
  lowering.type = declared?.type ?? UNKNOWN_TYPE;
  return { kind: 'field', base, struct: declared?.owner ?? struct, field };
}

function elementPlace(lowering: Lowering, node: number): Place {
  const { source } = lowering.frame;
  const base = indexedValue(lowering, source.child(node, 'argument'));
  const element = pointee(lowering.type);
  let indexNode = source.child(node, 'index');
  if (indexNode < 0) {
    const list = source.child(node, 'indices');
    indexNode = list < 0 ? -1 : source.firstNamed(list);
  }
  const index = lowering.value(indexNode);
  lowering.type = element;
  return { kind: 'element', base, index };
}

/** What is indexed: a pointer's value, an array's address; in C++ also the address of a container, which is no pointer. */
function indexedValue(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const inner = lowering.env.language === 'cpp' && node >= 0 ? source.unwrap(node) : -1;
  const isMember = inner >= 0 && /^(?:field|pointer)_expression$/.test(source.kind(inner));
  const name = inner >= 0 && source.kind(inner) === 'identifier' ? source.textOf(inner) : null;
  const isVariable =
    name !== null && lowering.frame.bound?.has(name) !== true && variablePlace(lowering, name) !== null;
  if (!isMember && !isVariable) return lowering.value(node);
  const place = lowering.place(inner);
  const { base, pointers, array, callable } = lowering.type;
  const isContainer = pointers === 0 && !array && !callable && base !== '?';
  return isContainer ? addressOf(place) : readPlace(lowering, place, inner);
}

function pointerPlace(lowering: Lowering, node: number): Place {
  const { source } = lowering.frame;
  const argument = source.child(node, 'argument');
  if (source.textOf(source.first(node)) !== '*') return temporaryPlace(lowering, node);
  const pointer = lowering.value(argument);
  lowering.type = pointee(lowering.type);
  return pointedBy(pointer);
}

/** `GET(self) = x`: a macro that stands for a place. */
function macroPlace(lowering: Lowering, node: number): Place {
  const { source } = lowering.frame;
  const target = source.child(node, 'function');
  const list = source.child(node, 'arguments');
  if (target >= 0 && list >= 0 && source.kind(target) === 'identifier') {
    const name = lowering.actualName(source.textOf(target));
    const known = lowering.scope.find(name) !== undefined || effectOf(name) !== null;
    const expansion = known ? null : expand(lowering, node, name, source.named(list));
    if (expansion && expansion.body.expression >= 0)
      return lowering.within(expansion.frame, () => lowering.place(expansion.body.expression));
  }
  return temporaryPlace(lowering, node);
}

/** `((Obj *)op)` where a place is wanted: the variable itself, seen as another type. */
function castPlace(lowering: Lowering, node: number): Place {
  const { source } = lowering.frame;
  const operand = source.unwrap(source.child(node, 'value'));
  if (operand < 0 || !isPlaceKind(source.kind(operand))) return temporaryPlace(lowering, node);
  const place = lowering.place(operand);
  lowering.type = lowering.readType(source.child(node, 'type'));
  return place;
}

/** An expression that is no lvalue where one is needed (`f().x`): its value gets a place of its own. */
function temporaryPlace(lowering: Lowering, node: number): Place {
  const value = lowering.value(node);
  const { type } = lowering;
  if (value.kind === 'local') return { kind: 'local', local: value.local };
  // `T &f()`: the object that the result refers to.
  const { source, bound } = lowering.frame;
  if (lowering.env.language === 'cpp' && !bound && source.kind(node) === 'call_expression' && type.pointers > 0) {
    lowering.type = pointee(type);
    return pointedBy(value);
  }
  const place = lowering.temporary(type, node);
  lowering.emit({ kind: 'store', place, value, initializes: true }, node);
  lowering.type = type;
  return place;
}

export function thisType(className: string): CType {
  return namedType(className, 1);
}

/** Calls: of functions, through pointers, of methods, and of macros that we know. */
import { effectOf } from './effects.ts';
import type { Lowering } from './lowering.ts';
import { applyEffect } from './macro-effects.ts';
import type { Callee, CType, Span, Value } from './model.ts';
import { addressOf, memberPlace, readPlace, variablePlace } from './places.ts';
import { namedType, UNKNOWN_TYPE } from './types.ts';

const CASTS = new Set(['static_cast', 'reinterpret_cast', 'const_cast', 'dynamic_cast']);

export function lowerCall(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const target = source.unwrap(source.child(node, 'function'));
  const list = source.child(node, 'arguments');
  const args = list < 0 ? [] : source.named(list);
  switch (source.kind(target)) {
    case 'identifier':
    case 'qualified_identifier':
    case 'primitive_type':
    case 'type_identifier':
      return callNamed(lowering, node, target, source.textOf(target), args);
    case 'template_function': {
      const name = source.textOf(source.child(target, 'name'));
      if (CASTS.has(name)) return cppCast(lowering, target, args);
      return callNamed(lowering, node, target, name, args);
    }
    case 'field_expression':
      return callMember(lowering, node, target, args);
    default: {
      const callee = lowering.value(target);
      if (callee.kind === 'function') return emitCall(lowering, node, { kind: 'named', name: callee.name }, [], args);
      return emitCall(lowering, node, { kind: 'pointer', value: callee, name: null }, [], args);
    }
  }
}

function cppCast(lowering: Lowering, target: number, args: readonly number[]): Value {
  const { source } = lowering.frame;
  const list = source.child(target, 'arguments');
  const descriptor = list < 0 ? -1 : source.firstNamed(list);
  const value = lowering.value(args[0] ?? -1);
  lowering.type = descriptor < 0 ? UNKNOWN_TYPE : lowering.readType(descriptor);
  return value;
}

function callNamed(lowering: Lowering, node: number, target: number, name: string, args: readonly number[]): Value {
  const bound = lowering.frame.bound?.get(name);
  if (bound) return callBound(lowering, node, target, args);
  const place = variablePlace(lowering, name);
  if (place) {
    const value = readPlace(lowering, place, target);
    return emitCall(lowering, node, { kind: 'pointer', value, name }, [], args);
  }
  const effect = effectOf(name);
  if (effect) return applyEffect(lowering, node, name, effect, args);
  return emitCall(lowering, node, { kind: 'named', name }, [], args);
}

/** A macro's parameter in the position of the function. */
function callBound(lowering: Lowering, node: number, target: number, args: readonly number[]): Value {
  const callee = lowering.value(target);
  const named = callee.kind === 'function' || callee.kind === 'symbol';
  return emitCall(
    lowering,
    node,
    named ? { kind: 'named', name: callee.name } : { kind: 'pointer', value: callee, name: null },
    [],
    args,
  );
}

/** `a->f(x)`: through a pointer kept in a field, or, in C++, a method. */
function callMember(lowering: Lowering, node: number, target: number, args: readonly number[]): Value {
  const { source } = lowering.frame;
  const name = source.textOf(source.child(target, 'field'));
  if (lowering.env.language === 'cpp') {
    const argument = source.child(target, 'argument');
    const arrow = source
      .textOf(target)
      .slice(source.end(argument) - source.start(target))
      .trimStart()
      .startsWith('->');
    const self = arrow ? lowering.value(argument) : addressOf(lowering.place(argument));
    const owner = lowering.env.structName(lowering.type);
    const field = owner === null ? undefined : lowering.env.field(owner, name);
    if (!field && !SLOT_FIELD.test(name)) {
      const qualified = owner === null ? name : `${owner}::${name}`;
      return emitCall(
        lowering,
        node,
        { kind: 'named', name: qualified },
        [{ value: self, span: lowering.span(argument) }],
        args,
      );
    }
    const place = memberPlace(lowering, self, lowering.type, name);
    const value = readPlace(lowering, place, target);
    return emitCall(lowering, node, { kind: 'pointer', value, name }, [], args);
  }
  const value = lowering.value(target);
  return emitCall(lowering, node, { kind: 'pointer', value, name }, [], args);
}

/** Function pointers in CPython's own structs, whose definitions we rarely see. */
const SLOT_FIELD = /^(?:tp|nb|sq|mp|bf|am|m)_\w/;

interface Passed {
  readonly value: Value;
  readonly span: Span;
}

export function emitCall(
  lowering: Lowering,
  node: number,
  callee: Callee,
  before: readonly Passed[],
  args: readonly number[],
): Value {
  const values: Value[] = before.map(({ value }) => value);
  const argSpans: Span[] = before.map(({ span }) => span);
  for (const arg of args) {
    argSpans.push(lowering.span(arg));
    values.push(lowering.value(arg));
  }
  const result = lowering.result({ kind: 'call', callee, args: values, argSpans }, node);
  lowering.type = callee.kind === 'named' ? returnType(lowering, callee.name) : UNKNOWN_TYPE;
  return result;
}

/** Results of the C-API that are not plain objects and whose fields code reads. */
const RETURNS: Readonly<Record<string, CType>> = {
  Py_TYPE: namedType('PyTypeObject', 1),
};

function returnType(lowering: Lowering, name: string): CType {
  return lowering.env.function(name)?.returnType ?? (Object.hasOwn(RETURNS, name) ? RETURNS[name]! : UNKNOWN_TYPE);
}

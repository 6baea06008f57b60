/** Calls: of functions, through pointers, of methods, and of macros that we know. */
import { apiFact } from '../capi/facts.ts';
import { effectOf, guessEffect } from './effects.ts';
import { aliasOf, expand, expandValue } from './expansion.ts';
import { callGuard } from './guards.ts';
import { applyMethod } from './lock-effects.ts';
import { type Locking, lockingMethod } from './lock-methods.ts';
import type { Lowering } from './lowering.ts';
import { applyEffect } from './macro-effects.ts';
import type { Callee, CType, Span, Value } from './model.ts';
import type { Source } from './node.ts';
import { addressOf, memberPlace, pointedTo, readPlace, variablePlace } from './places.ts';
import { namedType, UNKNOWN_TYPE } from './types.ts';

const CASTS = new Set(['static_cast', 'reinterpret_cast', 'const_cast', 'dynamic_cast']);

export function lowerCall(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const written = source.child(node, 'function');
  const target = source.unwrap(written);
  const list = source.child(node, 'arguments');
  const args = list < 0 ? [] : source.named(list);
  if (target !== written && args.length === 1 && isTypeName(lowering, target)) {
    // `(INT32)(x)` is a cast that only the names tell from a call.
    const value = lowering.value(args[0]!);
    lowering.type = lowering.readType(target);
    return value;
  }
  switch (source.kind(target)) {
    case 'identifier':
    case 'qualified_identifier':
    case 'type_identifier':
      return callNamed(lowering, node, target, source.textOf(target), args);
    case 'template_function': {
      const name = source.textOf(source.child(target, 'name'));
      if (CASTS.has(name)) return cppCast(lowering, target, args);
      return callNamed(lowering, node, target, name, args);
    }
    case 'field_expression':
      return callMember(lowering, node, target, args);
    case 'pointer_expression': {
      // `(*ops->read)(…)` calls what `ops->read(…)` calls.
      const pointer = source.unwrap(source.child(target, 'argument'));
      if (source.kind(pointer) === 'field_expression' && lowering.env.language === 'c')
        return callMember(lowering, node, pointer, args);
      return callValue(lowering, node, target, args);
    }
    default: {
      const callee = lowering.value(target);
      if (callee.kind === 'function') return emitCall(lowering, node, { kind: 'named', name: callee.name }, [], args);
      return emitCall(lowering, node, { kind: 'pointer', value: callee, name: null }, [], args);
    }
  }
}

/** `parse(…, {"x", NULL, &x})`: braces around arguments are a macro's way to group them. */
function groupedIn(source: Source, block: number): number[] | null {
  if (source.kind(block) !== 'compound_statement') return null;
  const [only, ...more] = source.named(block);
  if (only === undefined || more.length > 0 || source.kind(only) !== 'expression_statement') return null;
  const semicolon = source.childOfKind(only, ';');
  if (semicolon >= 0 && !source.isMissing(semicolon)) return null;
  const grouped: number[] = [];
  let rest = source.firstNamed(only);
  while (rest >= 0 && source.kind(rest) === 'comma_expression') {
    grouped.push(source.child(rest, 'left'));
    rest = source.child(rest, 'right');
  }
  return rest < 0 ? grouped : [...grouped, rest];
}

const TYPE_NAME = /^(?:[A-Z][A-Z0-9_]*\d+|\w+_t|[a-z]*int\d*|[A-Z]\w*Object)$/;

function isTypeName(lowering: Lowering, node: number): boolean {
  const { source } = lowering.frame;
  if (source.kind(node) !== 'identifier') return false;
  const name = source.textOf(node);
  const { env } = lowering;
  if (lowering.frame.bound?.has(name) || lowering.scope.find(name) || env.function(name) || env.global(name))
    return false;
  return env.isType(name) || (TYPE_NAME.test(name) && !env.macro(name));
}

function cppCast(lowering: Lowering, target: number, args: readonly number[]): Value {
  const { source } = lowering.frame;
  const list = source.child(target, 'arguments');
  const descriptor = list < 0 ? -1 : source.firstNamed(list);
  const value = lowering.value(args[0] ?? -1);
  lowering.type = descriptor < 0 ? UNKNOWN_TYPE : lowering.readType(descriptor);
  return value;
}

/** Where a macro called `…LOCK…` does something; elsewhere (`&LIST_LOCK(x)`) it may name a lock. */
const GUESSABLE = new Set(['expression_statement', 'unary_expression', 'parenthesized_expression', 'comma_expression']);

function callNamed(lowering: Lowering, node: number, target: number, written: string, args: readonly number[]): Value {
  const name = lowering.actualName(written);
  if (name !== written && !/^\w+$/.test(name)) return callValue(lowering, node, target, args);
  const place = variablePlace(lowering, name);
  if (place) {
    const value = readPlace(lowering, place, target);
    return emitCall(lowering, node, { kind: 'pointer', value, name }, [], args);
  }
  const stands = args.length === 1 ? lowering.env.reference(namedType(name)) : null;
  if (stands !== null) {
    // `Ref(self)`: an object that stands for its pointer.
    const value = lowering.value(args[0]!);
    lowering.type = namedType(name);
    return value;
  }
  const effect = effectOf(name);
  if (effect) return applyEffect(lowering, node, name, effect, args);
  const expansion = expand(lowering, node, name, args);
  if (expansion) return expandValue(lowering, expansion);
  const alias = aliasOf(lowering, node, name);
  if (alias !== null) return callNamed(lowering, node, target, alias, args);
  const guess = lowering.env.function(name) ? null : guessEffect(name);
  if (guess && (guess.does === 'value' || GUESSABLE.has(lowering.frame.source.parentKind(node))))
    return applyEffect(lowering, node, name, guess, args);
  noteUnknown(lowering, node, name);
  const inherited = lowering.ofClass === null ? null : lowering.env.method(lowering.ofClass, name);
  const full = inherited ?? lowering.env.qualified(name, lowering.functionName);
  const method = lowering.ofClass !== null && lowering.env.function(full)?.ofClass !== undefined;
  // `helper()` inside of a class calls its method on the same object.
  const self: Passed[] = method ? [{ value: { kind: 'local', local: 0 }, span: lowering.span(target) }] : [];
  return emitCall(lowering, node, { kind: 'named', name: full }, self, args);
}

/** Something written like a macro stands as a statement, and nobody knows what it does. */
function noteUnknown(lowering: Lowering, node: number, name: string): void {
  if (!/^[A-Z][A-Z0-9_]{2,}$/.test(name) || lowering.env.function(name) || lowering.macroNamed(name, node)) return;
  if (lowering.frame.source.parentKind(node) === 'expression_statement' && !apiFact(name))
    lowering.unknownMacros.add(name);
}

function callValue(lowering: Lowering, node: number, target: number, args: readonly number[]): Value {
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
    const self = arrow ? pointedTo(lowering, argument) : addressOf(lowering.place(argument));
    const objectType = lowering.type;
    if (source.kind(argument) === 'identifier' && callGuard(lowering, node, source.textOf(argument), name)) {
      return { kind: 'int', value: 0 };
    }
    const locking = lockingOf(name, objectType, source.textOf(argument));
    if (locking) return applyMethod(lowering, node, name, locking, self);
    lowering.type = objectType;
    const owner = lowering.env.structName(objectType);
    const field = owner === null ? undefined : lowering.env.field(owner, name);
    if (!field && !SLOT_FIELD.test(name)) {
      const qualified = owner === null ? name : (lowering.env.method(owner, name) ?? `${owner}::${name}`);
      return emitCall(
        lowering,
        node,
        { kind: 'named', name: qualified },
        [{ value: self, span: lowering.span(argument) }],
        args,
      );
    }
    const place = memberPlace(lowering, self, objectType, name);
    const value = readPlace(lowering, place, target);
    return emitCall(lowering, node, { kind: 'pointer', value, name }, [], args);
  }
  const value = lowering.value(target);
  return emitCall(lowering, node, { kind: 'pointer', value, name }, [], args);
}

/** `mutex.lock()`: by the object's type, or by its name where that isn't known. */
function lockingOf(method: string, type: CType, object: string): Locking | null {
  const locking = lockingMethod(method);
  return locking !== null && /mutex|lock/i.test(type.base === '?' ? object : type.base) ? locking : null;
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
  const values: Value[] = [];
  const argSpans: Span[] = [];
  for (const { value, span } of before) {
    values.push(value);
    argSpans.push(span);
  }
  for (const arg of args) passArgument(lowering, arg, values, argSpans);
  // Copies are as long as they have to be; grown lists have room for more.
  const result = lowering.result({ kind: 'call', callee, args: values.slice(), argSpans: argSpans.slice() }, node);
  lowering.type = callee.kind === 'named' ? returnType(lowering, callee.name) : UNKNOWN_TYPE;
  return result;
}

function passArgument(lowering: Lowering, arg: number, values: Value[], spans: Span[]): void {
  const { source, bound } = lowering.frame;
  if (source.kind(arg) === 'compound_statement') {
    const grouped = groupedIn(source, arg);
    if (grouped) {
      for (const one of grouped) passArgument(lowering, one, values, spans);
      return;
    }
  }
  const argument = bound?.get(source.textOf(arg));
  if (!argument) {
    spans.push(lowering.span(arg));
    values.push(byReference(lowering, lowering.value(arg)));
    return;
  }
  // `__VA_ARGS__` is as many arguments as the macro was given.
  lowering.within(argument.frame, () => {
    for (const node of argument.nodes) {
      spans.push(lowering.span(node));
      values.push(lowering.value(node));
    }
  });
}

/** C++: an object that a variable is goes by reference, mostly: `Batch batch; fill(batch);`. A copy is the callee's own anyway. */
function byReference(lowering: Lowering, value: Value): Value {
  const { type, env } = lowering;
  if (env.language === 'c' || value.kind !== 'local' || type.pointers > 0 || type.array || type.callable) return value;
  return env.struct(type.base) === undefined ? value : addressOf({ kind: 'local', local: value.local });
}

/** Results of the C-API that are not plain objects and whose fields code reads. */
const RETURNS: Readonly<Record<string, CType>> = {
  Py_TYPE: namedType('PyTypeObject', 1),
};

function returnType(lowering: Lowering, name: string): CType {
  return lowering.env.function(name)?.returnType ?? (Object.hasOwn(RETURNS, name) ? RETURNS[name]! : UNKNOWN_TYPE);
}

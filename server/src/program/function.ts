/** One function definition to a `FunctionBody`. */
import { lowerCondition } from './conditions.ts';
import type { FoundFunction } from './declarations.ts';
import type { Environment } from './environment.ts';
import { lowerValue } from './expressions.ts';
import { isRunByLoader } from './loader.ts';
import { type Frame, type Handlers, Lowering, type NestedBody } from './lowering.ts';
import type { FunctionBody, FunctionFacts, Span, Table, Value } from './model.ts';
import type { Source } from './node.ts';
import { lowerMemberInitializers } from './objects.ts';
import { lowerPlace } from './places.ts';
import type { Scope } from './scope.ts';
import { lowerStatement } from './statements.ts';
import { namedType, readDeclarator, readSpecifiers, type Specifiers, UNKNOWN_TYPE } from './types.ts';

const HANDLERS: Handlers = {
  value: lowerValue,
  place: lowerPlace,
  condition: lowerCondition,
  statement: lowerStatement,
  lambda: lowerLambda,
};

/** Comments may carry facts: Clinic directives stand before the function. */
export type FactsBefore = Pick<FunctionFacts, 'clinic' | 'clinicCriticalSection'>;

const NO_MACROS: ReadonlySet<string> = new Set();

export interface Lowered {
  readonly body: FunctionBody;
  readonly nested: readonly NestedBody[];
  /** Static tables inside of the function. Spans are relative to it. */
  readonly tables: readonly Table[];
  readonly unknownMacros: ReadonlySet<string>;
}

/** A function that a macro at file scope made: everything in it has the span of the macro's use. */
export interface Pin {
  readonly length: number;
  readonly macro: string;
}

export function lowerFunction(
  source: Source,
  found: FoundFunction,
  env: Environment,
  before: FactsBefore,
  made: Pin | null,
  start: number,
): Lowered {
  const base = source.start(found.node);
  const frame = { source, base, pin: null, macro: null, name: null, outer: null, bound: null, depth: 0 };
  return lowerIn(env, made ? pinned(frame, made) : frame, found, before, start);
}

function pinned(frame: Frame, { length, macro }: Pin): Frame {
  return { ...frame, pin: { start: 0, end: length }, macro, name: macro };
}

function lowerIn(
  env: Environment,
  frame: Frame,
  found: FoundFunction,
  before: FactsBefore,
  origin: number,
  around: Scope | null = null,
): Lowered {
  const { source, base, pin } = frame;
  const ofClass = classOf(found, env);
  const lowering = new Lowering(env, frame, origin, found.qualifiedName, ofClass, HANDLERS);
  lowering.macro = frame.macro;
  const relative = (node: number): Span => pin ?? { start: source.start(node) - base, end: source.end(node) - base };
  const block = source.child(found.node, 'body');
  const nameSpan = relative(found.declarator.nameNode);
  lowering.statementSpan = nameSpan;
  lowering.emit({ kind: 'entry' }, found.declarator.nameNode);
  declareParameters(lowering, found, ofClass);
  const parameters = lowering.scope.locals.length;
  if (around) declareCaptured(lowering, around);
  findLabels(lowering, block);
  lowerMemberInitializers(lowering, found.node);
  if (block >= 0) lowering.statement(block);
  if (lowering.graph.reachable || lowering.graph.ahead === 1) {
    const end = block < 0 ? nameSpan : { start: relative(block).end - 1, end: relative(block).end };
    lowering.graph.emit({ kind: 'return', value: null }, end, end, null);
    lowering.graph.cut();
  }
  settleLabels(lowering, nameSpan);
  const body: FunctionBody = {
    name: found.name,
    qualifiedName: found.qualifiedName,
    length: pin?.end ?? source.end(found.node) - base,
    nameSpan,
    block: block < 0 ? nameSpan : relative(block),
    returnType: found.declarator.type,
    parameters,
    locals: lowering.scope.locals.slice(),
    steps: lowering.graph.finish(),
    isStatic: found.specifiers.isStatic,
    ...(ofClass === null ? {} : { ofClass }),
    ...(found.declarator.constMethod ? { constMethod: true } : {}),
    facts: factsOf(lowering, found, before),
    statics: lowering.scope.statics,
    unread: source.errors(found.node).map(span => pin ?? { start: span.start - base, end: span.end - base }),
  };
  const { nested, tables } = lowering;
  const unknownMacros = lowering.unknownMacros.size === 0 ? NO_MACROS : lowering.unknownMacros;
  return { body, nested, tables, unknownMacros };
}

/**
 * A lambda is a function of its own, named after the one around it. What it captures are its own locals, of unknown value; with
 * `this` or a default capture it is a method of the same class.
 */
function lowerLambda(outer: Lowering, node: number): Value {
  const { source } = outer.frame;
  const name = `${outer.functionName}::lambda#${outer.nested.length + 1}`;
  const captures = source.child(node, 'captures');
  const text = captures < 0 ? '' : source.textOf(captures);
  const ofClass = outer.ofClass !== null && /^\[\s*[&=]|\bthis\b/.test(text) ? outer.ofClass : null;
  const declarator = source.child(node, 'declarator');
  const found: FoundFunction = {
    node,
    name: name.slice(name.lastIndexOf('::', name.lastIndexOf('::') - 1) + 2),
    qualifiedName: name,
    ofClass,
    specifiers: NO_SPECIFIERS,
    declarator: {
      name,
      nameNode: captures < 0 ? node : captures,
      type: UNKNOWN_TYPE,
      isFunction: true,
      parameters: declarator < 0 ? -1 : source.child(declarator, 'parameters'),
      reference: false,
      constMethod: false,
    },
  };
  const start = source.start(node);
  const frame: Frame = { ...outer.frame, base: start };
  const offset = start - outer.frame.base;
  const { body, nested } = lowerIn(outer.env, frame, found, {}, outer.origin + offset, outer.scope);
  outer.nested.push({ offset, body });
  for (const inner of nested) outer.nested.push({ offset: offset + inner.offset, body: inner.body });
  outer.type = UNKNOWN_TYPE;
  return { kind: 'function', name };
}

const NO_SPECIFIERS: Specifiers = {
  type: UNKNOWN_TYPE,
  typeNode: -1,
  isStatic: true,
  isExtern: false,
  isTypedef: false,
  threadLocal: false,
};

/** Names of the function around that a lambda may have captured. */
function declareCaptured(lowering: Lowering, around: Scope): void {
  const { scope } = lowering;
  for (const [name, variable] of around.visible()) {
    if (name === 'this') continue;
    if (variable.kind === 'global') scope.declare(name, variable);
    else scope.local(name, variable.type, { start: 0, end: 0 }, false, variable.reference);
  }
}

/** Static methods, and functions of a namespace that look like methods (`ns::f`), have no `this`. */
function classOf(found: FoundFunction, env: Environment): string | null {
  if (found.ofClass === null) return null;
  const declared = env.function(found.qualifiedName);
  return declared && declared.ofClass === undefined ? null : (env.struct(found.ofClass)?.name ?? found.ofClass);
}

function declareParameters(lowering: Lowering, found: FoundFunction, ofClass: string | null): void {
  const { source } = lowering.frame;
  const { scope } = lowering;
  const nameSpan = lowering.span(found.declarator.nameNode);
  if (ofClass !== null) scope.local('this', namedType(ofClass, 1), nameSpan, true, false);
  const list = found.declarator.parameters;
  if (list < 0) return;
  for (const child of source.named(list)) {
    const kind = source.kind(child);
    if (kind === 'identifier') {
      // K&R: the types follow the list.
      scope.local(
        source.textOf(child),
        oldStyleType(source, found.node, source.textOf(child)),
        lowering.span(child),
        true,
        false,
      );
      continue;
    }
    if (kind !== 'parameter_declaration' && kind !== 'optional_parameter_declaration') continue;
    const type = lowering.env.typeIn(readSpecifiers(source, child).type, found.qualifiedName);
    const node = source.child(child, 'declarator');
    if (node < 0 && type.base === 'void' && type.pointers === 0) continue;
    const declarator = readDeclarator(source, node, type);
    const named = declarator.nameNode >= 0;
    const decayed = declarator.isFunction
      ? { ...declarator.type, callable: true }
      : declarator.type.array
        ? { ...declarator.type, array: false, pointers: declarator.type.pointers + 1 }
        : declarator.type;
    scope.local(
      named ? declarator.name : '',
      decayed,
      lowering.span(named ? declarator.nameNode : child),
      true,
      declarator.reference,
    );
  }
}

function oldStyleType(source: Source, definition: number, name: string) {
  for (const child of source.named(definition)) {
    if (source.kind(child) !== 'declaration') continue;
    const { type } = readSpecifiers(source, child);
    for (let part = source.first(child); part >= 0; part = source.next(part)) {
      if (source.fieldName(part) !== 'declarator') continue;
      const declarator = readDeclarator(source, part, type);
      if (declarator.name === name) return declarator.type;
    }
  }
  return namedType('int');
}

/** Depths of the blocks that labels stand in: a `goto` leaves the guards above. C has no guards, so only C++ asks. */
function findLabels(lowering: Lowering, block: number): void {
  if (lowering.env.language !== 'cpp' || block < 0) return;
  const { source } = lowering.frame;
  const depths = new Map<number, number>();
  source.walk(block, node => {
    const parent = node === block ? -1 : source.parent(node);
    const depth = (depths.get(parent) ?? 0) + (source.kind(node) === 'compound_statement' ? 1 : 0);
    depths.set(node, depth);
    if (source.kind(node) === 'labeled_statement') {
      const name = source.child(node, 'label');
      if (name >= 0) lowering.labelDepths.set(source.textOf(name), depth);
    }
    return true;
  });
}

/** A `goto` to a label that isn't there (cut text): control is lost, so everything may have happened. */
function settleLabels(lowering: Lowering, span: Span): void {
  const { graph } = lowering;
  for (const label of lowering.labels.values()) for (const exits of label.waiting) graph.continueFrom(exits);
  if (!graph.reachable) return;
  graph.emit({ kind: 'unread' }, span, span, null);
  graph.emit({ kind: 'return', value: null }, span, span, null);
  graph.cut();
}

/** `is_locked`, `lock_locked` ask about a lock; the others say that it is held. */
const HELD_BY_NAME = /_lock_?held(?:_|$)|(?<!(?:^|_)(?:is|lock|mutex))_(?:un)?locked$/i;

function factsOf(lowering: Lowering, found: FoundFunction, before: FactsBefore): FunctionFacts {
  return {
    ...before,
    ...(lowering.assertsLocked.length > 0 ? { assertsLocked: lowering.assertsLocked } : {}),
    ...(lowering.assertsTuples.size > 0 ? { assertsTuples: [...lowering.assertsTuples] } : {}),
    ...(HELD_BY_NAME.test(found.name) ? { lockHeldByName: true } : {}),
    ...(lowering.env.function(found.qualifiedName)?.runByLoader === true ||
    isRunByLoader(lowering.frame.source, found.node)
      ? { runByLoader: true }
      : {}),
  };
}

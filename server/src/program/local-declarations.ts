/** Declarations in a body: locals with their initialisers, function statics, extern names. */

import { constructedFrom, declaredLikePrototype } from './construction.ts';
import { initializerKind } from './globals.ts';
import { declareGuard } from './guards.ts';
import { lowerInitializer } from './initializers.ts';
import type { Lowering } from './lowering.ts';
import type { GlobalVariable, Span, Table } from './model.ts';
import { addressOf } from './places.ts';
import { readTable } from './tables.ts';
import { type Declarator, readDeclarator, readSpecifiers, type Specifiers } from './types.ts';

export function declareLocals(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const written = readSpecifiers(source, node);
  const specifiers = { ...written, type: lowering.env.typeIn(written.type, lowering.functionName) };
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (source.fieldName(child) !== 'declarator') continue;
    const declarator = readDeclarator(source, child, specifiers.type);
    if (declarator.nameNode < 0) continue;
    const initialized = source.kind(child) === 'init_declarator';
    declareOne(
      lowering,
      child,
      specifiers,
      declarator,
      initialized ? source.child(child, 'value') : conditionValue(lowering, node),
    );
  }
}

/** The grammar keeps the value of a condition's `T x = v` beside the declarator. */
function conditionValue(lowering: Lowering, node: number): number {
  const { source } = lowering.frame;
  return source.kind(node) === 'declaration' ? source.child(node, 'value') : -1;
}

/** Tables made by a macro stand at the macro's use, as everything in it does. */
function keepTable(lowering: Lowering, table: Table | null): void {
  if (!table) return;
  const { base, pin } = lowering.frame;
  const move = <T extends { readonly span: Span }>(value: T): T => ({
    ...value,
    span: pin ?? { start: value.span.start - base, end: value.span.end - base },
  });
  lowering.tables.push({ ...move(table), entries: table.entries.map(move) });
}

function declareOne(
  lowering: Lowering,
  node: number,
  specifiers: Specifiers,
  declarator: Declarator,
  value: number,
): void {
  const { source, pin } = lowering.frame;
  if (declarator.isFunction && value < 0 && !specifiers.isStatic) {
    // `T x(a);` in C++ may be a guard or an object; in C it is a prototype.
    if (lowering.env.language !== 'cpp' || declareGuard(lowering, node, specifiers.type, declarator, -1)) return;
    const made = declaredLikePrototype(lowering, declarator);
    if (made === null) return;
    const local = lowering.scope.local(
      declarator.name,
      specifiers.type,
      lowering.span(declarator.nameNode),
      false,
      false,
    );
    lowering.emit({ kind: 'store', place: { kind: 'local', local: local }, value: made, initializes: true }, node);
    return;
  }
  const { name, type, reference } = declarator;
  const span = lowering.span(declarator.nameNode);
  if (specifiers.isExtern) {
    lowering.scope.declare(name, { kind: 'global', name, type });
    return;
  }
  if (specifiers.isStatic || specifiers.threadLocal) {
    const global: GlobalVariable = {
      name: `${lowering.functionName}.${name}`,
      type,
      span,
      storage: 'static',
      threadLocal: specifiers.threadLocal,
      inFunction: lowering.functionName,
      initializer: initializerKind(source, value),
    };
    if (pin === null || !lowering.scope.statics.some(other => other.name === global.name))
      lowering.scope.statics.push(global);
    lowering.scope.declare(name, { kind: 'global', name: global.name, type });
    keepTable(lowering, readTable(source, global.name, type, value));
    return;
  }
  if (lowering.env.language === 'cpp' && declareGuard(lowering, node, specifiers.type, declarator, value)) return;
  const local = lowering.scope.local(name, type, span, false, reference);
  if (value < 0) return;
  if (reference) {
    const place = lowering.place(value);
    lowering.emit({ kind: 'store', place: { kind: 'local', local }, value: addressOf(place), initializes: true }, node);
    return;
  }
  const isAuto = type.base === 'auto' || type.base === '__auto_type';
  const only = lowering.env.language === 'cpp' ? constructedFrom(lowering, type, value) : null;
  lowerInitializer(lowering, { kind: 'local', local }, type, only ?? value);
  if (isAuto) lowering.scope.redeclare(name, local, lowering.type);
}

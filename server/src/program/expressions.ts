/** Expressions: side effects become steps in C's order, what is left is a value. */
import { lowerCall } from './calls.ts';
import { lowerCondition } from './conditions.ts';
import { lowerInitializer } from './initializers.ts';
import {
  lowerCharacter,
  lowerFalse,
  lowerNull,
  lowerNumber,
  lowerSize,
  lowerString,
  lowerTrue,
  lowerTypeArgument,
  typed,
} from './literals.ts';
import { type Lowering, NULL_VALUE, UNKNOWN } from './lowering.ts';
import type { CType, Value } from './model.ts';
import { lowerName } from './names.ts';
import { Dispatch } from './node.ts';
import { lowerDelete, lowerNew } from './objects.ts';
import { addressOf, lowerPlace, readPlace } from './places.ts';
import { INT, pointee, pointerTo, UNKNOWN_TYPE } from './types.ts';

type ValueHandler = (lowering: Lowering, node: number) => Value;

const VALUES = new Dispatch<ValueHandler>(
  {
    identifier: lowerName,
    qualified_identifier: lowerName,
    field_identifier: lowerName,
    type_identifier: lowerName,
    template_function: lowerName,
    this: (lowering, node) => lowerName(lowering, node),
    number_literal: lowerNumber,
    char_literal: lowerCharacter,
    string_literal: lowerString,
    raw_string_literal: lowerString,
    concatenated_string: lowerString,
    true: lowerTrue,
    false: lowerFalse,
    null: lowerNull,
    nullptr: lowerNull,
    field_expression: readLvalue,
    subscript_expression: readLvalue,
    pointer_expression: lowerPointer,
    assignment_expression: lowerAssignment,
    update_expression: lowerUpdate,
    unary_expression: lowerUnary,
    binary_expression: lowerBinary,
    conditional_expression: lowerConditional,
    comma_expression: lowerComma,
    cast_expression: lowerCast,
    call_expression: lowerCall,
    compound_literal_expression: lowerCompoundLiteral,
    initializer_list: lowerList,
    sizeof_expression: lowerSize,
    alignof_expression: lowerSize,
    offsetof_expression: lowerSize,
    compound_statement: lowerStatementExpression,
    extension_expression: (lowering, node) => lowering.value(lowering.frame.source.firstNamed(node)),
    type_descriptor: lowerTypeArgument,
    new_expression: lowerNew,
    delete_expression: lowerDelete,
    lambda_expression: (lowering, node) => lowering.lambda(node),
    ERROR: (lowering, node) => lowering.tooDeep(node),
  },
  lowerUnknown,
);

export function lowerValue(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const inner = source.unwrap(node);
  if (source.hasError(inner)) reportErrors(lowering, inner);
  return VALUES.of(source.tree, inner)(lowering, inner);
}

/** Errors directly below the node become `unread` steps before it. */
export function reportErrors(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (source.isError(child)) lowering.emitUnread(child);
  }
}

/** Kinds without a handler: their parts are evaluated, their value isn't known. */
function lowerUnknown(lowering: Lowering, node: number): Value {
  for (const child of lowering.frame.source.named(node)) lowering.value(child);
  return typed(lowering, UNKNOWN_TYPE, UNKNOWN);
}

function readLvalue(lowering: Lowering, node: number): Value {
  const place = lowerPlace(lowering, node);
  return readPlace(lowering, place, node);
}

function lowerPointer(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  if (source.textOf(source.first(node)) !== '&') {
    const place = lowerPlace(lowering, node);
    // `(*f)(x)` and `*f` of a function are the function.
    if (place.kind === 'deref' && place.pointer.kind === 'function') return place.pointer;
    return readPlace(lowering, place, node);
  }
  const operand = source.unwrap(source.child(node, 'argument'));
  const kind = source.kind(operand);
  if (kind === 'identifier' || kind === 'qualified_identifier') {
    const value = functionNamed(lowering, operand);
    if (value) return value;
  }
  if (kind === 'compound_literal_expression') return lowering.value(operand);
  const place = lowering.place(operand);
  lowering.type = pointerTo(lowering.type.array ? pointee(lowering.type) : lowering.type);
  return addressOf(place);
}

function functionNamed(lowering: Lowering, node: number): Value | null {
  const written = lowering.frame.source.textOf(node);
  if (lowering.frame.bound?.has(written) || lowering.scope.find(written)) return null;
  const name = lowering.env.qualified(written, lowering.functionName);
  if (!lowering.env.function(name)) return null;
  return typed(lowering, UNKNOWN_TYPE, { kind: 'function', name });
}

function lowerAssignment(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const left = source.child(node, 'left');
  const operatorNode = source.child(node, 'operator');
  const operator = operatorNode < 0 ? '=' : source.textOf(operatorNode);
  const value = lowering.value(source.child(node, 'right'));
  const valueType = lowering.type;
  const place = lowering.place(left);
  const type = lowering.type.base === '?' ? valueType : lowering.type;
  let result: Value;
  if (operator === '=') {
    lowering.emit({ kind: 'store', place, value }, node);
    result = place.kind === 'local' ? { kind: 'local', local: place.local } : value;
  } else {
    result = lowering.result(
      { kind: 'update', place, operator: operator.slice(0, -1), operand: value, yields: 'new' },
      node,
    );
  }
  return typed(lowering, type, result);
}

function lowerUpdate(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const argument = source.child(node, 'argument');
  const operatorNode = source.child(node, 'operator');
  const operator = operatorNode >= 0 && source.textOf(operatorNode) === '--' ? '-' : '+';
  const prefix = operatorNode >= 0 && source.start(operatorNode) < source.start(argument);
  const place = lowering.place(argument);
  const { type } = lowering;
  const operand: Value = { kind: 'int', value: 1 };
  const result = lowering.result({ kind: 'update', place, operator, operand, yields: prefix ? 'new' : 'old' }, node);
  return typed(lowering, type, result);
}

function lowerUnary(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const operator = source.textOf(source.child(node, 'operator'));
  const operand = lowering.value(source.child(node, 'argument'));
  if (operator === '+') return operand;
  if (operator === '!') lowering.type = INT;
  if (operand.kind === 'int') {
    if (operator === '-') return { kind: 'int', value: -operand.value };
    if (operator === '!') return { kind: 'int', value: operand.value === 0 ? 1 : 0 };
  }
  return { kind: 'operation', operator, operands: [operand] };
}

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=']);

/** Values stay small enough to be walked by recursion: a longer chain goes on from a temporary. */
const MAX_TERMS = 64;

function keep(lowering: Lowering, node: number, value: Value, type: CType): Value {
  const place = lowering.temporary(type, node);
  lowering.emit({ kind: 'store', place, value }, node);
  return { kind: 'local', local: place.local };
}

/** `a + b + c + …` leans to the left as deep as it is long, so it is read in a loop. */
function lowerBinary(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const chain: number[] = [];
  let current = node;
  while (source.kind(current) === 'binary_expression') {
    const operator = source.textOf(source.child(current, 'operator'));
    if (operator === '&&' || operator === '||') break;
    chain.push(current);
    current = source.unwrap(source.child(current, 'left'));
  }
  if (chain.length === 0) return lowerLogical(lowering, node);
  let value = lowering.value(current);
  let { type } = lowering;
  let terms = 0;
  for (const binary of chain.reverse()) {
    const operator = source.textOf(source.child(binary, 'operator'));
    const right = lowering.value(source.child(binary, 'right'));
    value = { kind: 'operation', operator, operands: [value, right] };
    if (++terms % MAX_TERMS === 0) value = keep(lowering, binary, value, type);
    if (COMPARISONS.has(operator)) type = INT;
    else if (lowering.type.pointers > type.pointers) type = lowering.type;
    else if (operator === '-' && lowering.type.pointers > 0) type = INT;
  }
  return typed(lowering, type, value);
}

function lowerLogical(lowering: Lowering, node: number): Value {
  const place = lowering.temporary(INT, node);
  const { yes, no } = lowerCondition(lowering, node);
  lowering.graph.continueFrom(yes);
  lowering.emit({ kind: 'store', place, value: { kind: 'int', value: 1 } }, node);
  const end = lowering.graph.cut();
  lowering.graph.continueFrom(no);
  lowering.emit({ kind: 'store', place, value: { kind: 'int', value: 0 } }, node);
  lowering.graph.continueFrom(end);
  return typed(lowering, INT, { kind: 'local', local: place.local });
}

function lowerConditional(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const condition = source.child(node, 'condition');
  const consequence = source.child(node, 'consequence');
  const alternative = source.child(node, 'alternative');
  const place = lowering.temporary(UNKNOWN_TYPE, node);
  const { yes, no } = lowering.condition(condition);
  lowering.graph.continueFrom(yes);
  // GNU `a ?: b`: the condition's own value; reading it twice would invent a second access.
  const first = consequence < 0 ? UNKNOWN : lowering.value(consequence);
  let { type } = lowering;
  lowering.emit({ kind: 'store', place, value: first }, consequence < 0 ? node : consequence);
  const end = lowering.graph.cut();
  lowering.graph.continueFrom(no);
  const second = lowering.value(alternative);
  if (type.base === '?') type = lowering.type;
  lowering.emit({ kind: 'store', place, value: second }, alternative < 0 ? node : alternative);
  lowering.graph.continueFrom(end);
  lowering.scope.retype(place.local, type);
  return typed(lowering, type, { kind: 'local', local: place.local });
}

function lowerComma(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const parts: number[] = [];
  let current = node;
  // Leans to the right in the grammar.
  while (source.kind(current) === 'comma_expression') {
    parts.push(source.child(current, 'left'));
    current = source.child(current, 'right');
  }
  for (const part of parts) lowering.value(part);
  return lowering.value(current);
}

function lowerCast(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const type = lowering.readType(source.child(node, 'type'));
  const value = lowering.value(source.child(node, 'value'));
  lowering.type = type;
  const pointer = type.pointers > 0 || type.callable || lowering.env.resolve(type).pointers > 0;
  return value.kind === 'int' && value.value === 0 && pointer ? NULL_VALUE : value;
}

function lowerCompoundLiteral(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const type = lowering.readType(source.child(node, 'type'));
  const place = lowering.temporary(type, node);
  lowerInitializer(lowering, place, type, source.child(node, 'value'));
  const structural = type.pointers === 0 && (type.array || lowering.env.struct(type.base) !== undefined);
  lowering.type = structural ? pointerTo(type) : type;
  return structural ? addressOf(place) : { kind: 'local', local: place.local };
}

function lowerList(lowering: Lowering, node: number): Value {
  for (const child of lowering.frame.source.named(node)) lowering.value(child);
  return typed(lowering, UNKNOWN_TYPE, UNKNOWN);
}

/** `TRY({ cleanup(); return -1; })`, of a macro that we can't read: the block runs or doesn't. */
function lowerBlockArgument(lowering: Lowering, node: number): Value {
  const { graph } = lowering;
  const step = lowering.emit({ kind: 'branch', condition: UNKNOWN }, node);
  graph.cut();
  graph.continueFrom(graph.exit(step, 0));
  lowering.statement(node);
  graph.continueFrom(graph.exit(step, 1));
  return typed(lowering, UNKNOWN_TYPE, UNKNOWN);
}

/** GNU `({ …; value; })`: the last statement's value. */
function lowerStatementExpression(lowering: Lowering, node: number): Value {
  const { source } = lowering.frame;
  const parent = source.parent(node);
  if (parent >= 0 && source.kind(parent) === 'argument_list') return lowerBlockArgument(lowering, node);
  const statements = source.named(node);
  const last = statements.pop();
  lowering.scope.enter();
  for (const statement of statements) lowering.statement(statement);
  let value: Value = UNKNOWN;
  lowering.type = UNKNOWN_TYPE;
  if (last !== undefined) {
    if (source.kind(last) === 'expression_statement') value = lowering.value(source.firstNamed(last));
    else lowering.statement(last);
  }
  lowering.scope.leave();
  return value;
}

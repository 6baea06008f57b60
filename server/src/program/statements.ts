/** Statements as control flow. */

import { lowerThrow, lowerTry } from './exceptions.ts';
import { reportErrors } from './expressions.ts';
import { enterLabel, jump, lowerGoto, unwind } from './jumps.ts';
import { declareLocals } from './local-declarations.ts';
import { lowerDo, lowerFor, lowerRangeFor, lowerWhile } from './loops.ts';
import type { Lowering } from './lowering.ts';
import type { Value } from './model.ts';
import { Dispatch } from './node.ts';

type StatementHandler = (lowering: Lowering, node: number) => void;

const STATEMENTS = new Dispatch<StatementHandler>(
  {
    compound_statement: lowerBlock,
    expression_statement: lowerExpression,
    declaration: declareLocals,
    if_statement: lowerIf,
    else_clause: (lowering, node) => lowering.statement(lowering.frame.source.firstNamed(node)),
    while_statement: lowerWhile,
    do_statement: lowerDo,
    for_statement: lowerFor,
    for_range_loop: lowerRangeFor,
    switch_statement: lowerSwitch,
    case_statement: lowerCase,
    labeled_statement: lowerLabel,
    goto_statement: lowerGoto,
    break_statement: (lowering, node) => jump(lowering, node, 'break'),
    continue_statement: (lowering, node) => jump(lowering, node, 'continue'),
    return_statement: lowerReturn,
    attributed_statement: lowerChildren,
    init_statement: lowerChildren,
    ERROR: (lowering, node) => lowering.emitUnread(node),
    // Declarations that do nothing when control passes them.
    type_definition: () => {},
    struct_specifier: () => {},
    union_specifier: () => {},
    enum_specifier: () => {},
    class_specifier: () => {},
    using_declaration: () => {},
    alias_declaration: () => {},
    static_assert_declaration: () => {},
    namespace_alias_definition: () => {},
    comment: () => {},
    attribute_declaration: () => {},
    // Nested in a body only where the lens left directives standing.
    preproc_if: lowerChildren,
    preproc_ifdef: lowerChildren,
    preproc_else: () => {},
    preproc_elif: () => {},
    preproc_def: () => {},
    preproc_function_def: () => {},
    preproc_call: () => {},
    preproc_include: () => {},
    preproc_defined: () => {},
    try_statement: lowerTry,
    throw_statement: lowerThrow,
  },
  lowerOther,
);

export function lowerStatement(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const handler = STATEMENTS.of(source.tree, node);
  if (handler !== lowerBlock) {
    if (lowering.frame.pin === null) lowering.statementSpan = lowering.span(node);
    if (source.hasError(node) && !source.isError(node)) reportErrors(lowering, node);
  }
  handler(lowering, node);
}

/** Expressions in statement position (the `init` of a `for`), or something new: evaluated for its effects. */
function lowerOther(lowering: Lowering, node: number): void {
  if (lowering.frame.source.isNamed(node)) lowering.value(node);
}

function lowerChildren(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const condition = source.child(node, 'condition');
  const name = source.child(node, 'name');
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (child !== condition && child !== name && source.isNamed(child)) lowering.statement(child);
  }
}

function lowerBlock(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  lowering.scope.enter();
  const held = lowering.scope.heldGuards();
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (source.isNamed(child) || source.isError(child)) lowering.statement(child);
  }
  if (lowering.frame.pin === null) lowering.statementSpan = endOf(lowering, node);
  const open = lowering.graph.reachable;
  leaveBlock(lowering, node);
  // `if (bad) { guard.unlock(); return; }` says nothing about what follows.
  if (!open) lowering.scope.restoreGuards(held);
}

function endOf(lowering: Lowering, node: number): { start: number; end: number } {
  const { end } = lowering.span(node);
  return { start: end - 1, end };
}

/** Undoes the block's guards when control runs out of it, and closes it. */
function leaveBlock(lowering: Lowering, node: number): void {
  const depth = lowering.scope.block.depth - 1;
  if (lowering.graph.reachable) unwind(lowering, node, depth);
  lowering.scope.leave();
}

function lowerExpression(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const expression = source.firstNamed(node);
  if (expression < 0) return;
  const inner = source.unwrap(expression);
  const operator = source.kind(inner) === 'binary_expression' ? source.textOf(source.child(inner, 'operator')) : '';
  if (operator !== '&&' && operator !== '||') {
    lowering.value(expression);
    return;
  }
  // `ready || start();`: nobody wants the value.
  const { yes, no } = lowering.condition(source.child(inner, 'left'));
  lowering.graph.continueFrom(operator === '&&' ? yes : no);
  lowering.value(source.child(inner, 'right'));
  lowering.graph.continueFrom(operator === '&&' ? no : yes);
}

const MAX_SCOPES = 100;

/** `else if` chains are as deep as they are long: read in a loop. */
function lowerIf(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  const ends: number[] = [];
  let current = node;
  let scopes = 0;
  for (;;) {
    if (lowering.frame.pin === null) lowering.statementSpan = lowering.span(current);
    // Only C++ declares things in a condition; in C a chain of thousands must not become as many scopes.
    if (lowering.env.language === 'cpp' && scopes < MAX_SCOPES) {
      lowering.scope.enter();
      scopes++;
    }
    const { yes, no } = lowering.condition(source.child(current, 'condition'));
    graph.continueFrom(yes);
    lowering.statement(source.child(current, 'consequence'));
    ends.push(...graph.cut());
    graph.continueFrom(no);
    const alternative = source.child(current, 'alternative');
    if (alternative < 0) break;
    const otherwise = source.kind(alternative) === 'else_clause' ? source.firstNamed(alternative) : alternative;
    if (otherwise < 0) break;
    if (source.kind(otherwise) !== 'if_statement') {
      lowering.statement(otherwise);
      break;
    }
    current = otherwise;
  }
  for (; scopes > 0; scopes--) lowering.scope.leave();
  graph.continueFrom(ends);
}

function lowerSwitch(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  lowering.scope.enter();
  const conditionNode = source.child(node, 'condition');
  const inner =
    source.kind(conditionNode) === 'condition_clause' ? source.child(conditionNode, 'value') : conditionNode;
  const value = lowering.value(inner < 0 ? conditionNode : inner);
  const values: (Value | null)[] = [];
  const targets: number[] = [];
  const step = lowering.emit({ kind: 'switch', value, cases: values }, node);
  graph.cut();
  const breakable = {
    depth: lowering.scope.block.depth,
    breaks: [],
    continues: null,
    cases: { values: [] as (Value | null)[], targets },
  };
  lowering.breakables.push(breakable);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  let otherwise = -1;
  breakable.cases.values.forEach((caseValue, index) => {
    if (caseValue === null) {
      otherwise = targets[index]!;
      return;
    }
    graph.lead(graph.exit(step, values.length), targets[index]!);
    values.push(caseValue);
  });
  const last = graph.exit(step, values.length);
  values.push(null);
  if (otherwise >= 0) graph.lead(last, otherwise);
  else graph.continueFrom(last);
  graph.continueFrom(breakable.breaks);
  lowering.scope.leave();
}

function lowerCase(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const owner = lowering.breakables.findLast(breakable => breakable.cases !== null);
  const valueNode = source.child(node, 'value');
  const target = lowering.emit({ kind: 'join' }, node);
  if (owner?.cases) {
    owner.cases.values.push(valueNode < 0 ? null : lowering.constant(valueNode));
    owner.cases.targets.push(target);
  }
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (child !== valueNode && (source.isNamed(child) || source.isError(child))) lowering.statement(child);
  }
}

function lowerLabel(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const name = source.child(node, 'label');
  enterLabel(lowering, node, name < 0 ? '' : source.textOf(name));
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (child !== name && (source.isNamed(child) || source.isError(child))) lowering.statement(child);
  }
}

function lowerReturn(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const expression = source.firstNamed(node);
  const value = expression < 0 ? null : lowering.value(expression);
  emitReturn(lowering, node, value);
}

function emitReturn(lowering: Lowering, node: number, value: Value | null): void {
  unwind(lowering, node, lowering.bodyDepth);
  lowering.emit({ kind: 'return', value }, node);
  lowering.graph.cut();
}

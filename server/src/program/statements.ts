/** Statements as control flow. */

import { lowerText } from './expansion.ts';
import { reportErrors } from './expressions.ts';
import { enterLabel, jump, lowerGoto, unwind } from './jumps.ts';
import { declareLocals } from './local-declarations.ts';
import type { Branches, Lowering } from './lowering.ts';
import type { Value } from './model.ts';
import { handlersFor } from './node.ts';

type StatementHandler = (lowering: Lowering, node: number) => void;

const STATEMENTS: Readonly<Record<string, StatementHandler>> = {
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
  condition_declaration: declareLocals,
};

export function lowerStatement(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const handler = handlersFor(source.tree, STATEMENTS, lowerOther)[source.tree.kind[node]!]!;
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

export function lowerBlock(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  lowering.scope.enter();
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (source.isNamed(child) || source.isError(child)) lowering.statement(child);
  }
  if (lowering.frame.pin === null) lowering.statementSpan = endOf(lowering, node);
  leaveBlock(lowering, node);
}

function endOf(lowering: Lowering, node: number): { start: number; end: number } {
  const { end } = lowering.span(node);
  return { start: end - 1, end };
}

/** Undoes the block's guards when control runs out of it, and closes it. */
export function leaveBlock(lowering: Lowering, node: number): void {
  const depth = lowering.scope.block.depth - 1;
  if (lowering.graph.reachable) unwind(lowering, node, depth);
  lowering.scope.leave();
}

function lowerExpression(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const expression = source.firstNamed(node);
  if (expression >= 0) lowering.value(expression);
}

/** `else if` chains are as deep as they are long: read in a loop. */
function lowerIf(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  const ends: number[] = [];
  let current = node;
  let scopes = 0;
  for (;;) {
    if (lowering.frame.pin === null) lowering.statementSpan = lowering.span(current);
    lowering.scope.enter();
    scopes++;
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

function lowerWhile(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  lowering.scope.enter();
  const head = lowering.emit({ kind: 'join' }, node);
  const { yes, no } = macroLoop(lowering, node) ?? lowering.condition(source.child(node, 'condition'));
  graph.continueFrom(yes);
  const loop = enterLoop(lowering);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  graph.lead(graph.cut(), head);
  graph.lead(loop.continues, head);
  graph.continueFrom(no);
  graph.continueFrom(loop.breaks);
  lowering.scope.leave();
}

/**
 * `FOR_EACH(x, list) {`: a macro that the lens reads as a loop. It runs its arguments, as far as they are expressions, and goes
 * round an unknown number of times.
 */
function macroLoop(lowering: Lowering, node: number): Branches | null {
  const { source } = lowering.frame;
  const use = source.use(node);
  if (!use) return null;
  for (const argument of use.args) lowerText(lowering, node, source.written(argument));
  const step = lowering.emit({ kind: 'branch', condition: { kind: 'symbol', name: use.name } }, node);
  lowering.graph.cut();
  return { yes: lowering.graph.exit(step, 0), no: lowering.graph.exit(step, 1) };
}

function lowerDo(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  const condition = source.child(node, 'condition');
  const once = isZero(lowering, condition);
  // `do { … } while (0)` is a block, not a loop.
  const head = once ? -1 : lowering.emit({ kind: 'join' }, node);
  const loop = enterLoop(lowering);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  graph.continueFrom(loop.continues);
  if (lowering.frame.pin === null) lowering.statementSpan = lowering.span(node);
  if (!once) {
    const { yes, no } = lowering.condition(condition);
    graph.lead(yes, head);
    graph.continueFrom(no);
  }
  graph.continueFrom(loop.breaks);
}

function isZero(lowering: Lowering, condition: number): boolean {
  const { source } = lowering.frame;
  if (condition < 0) return true;
  const text = source.textOf(source.unwrap(condition));
  return text === '0' || text === 'false';
}

function enterLoop(lowering: Lowering): { breaks: number[]; continues: number[] } {
  const loop = { depth: lowering.scope.block.depth, breaks: [], continues: [], cases: null };
  lowering.breakables.push(loop);
  return loop;
}

function lowerFor(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  lowering.scope.enter();
  const header = lowering.frame.pin === null ? lowering.span(node) : lowering.statementSpan;
  const initializer = source.child(node, 'initializer');
  if (initializer >= 0) lowering.statement(initializer);
  lowering.statementSpan = header;
  const head = lowering.emit({ kind: 'join' }, node);
  const condition = source.child(node, 'condition');
  let leave: readonly number[] = [];
  const macro = macroLoop(lowering, node);
  if (macro || condition >= 0) {
    const { yes, no } = macro ?? lowering.condition(condition);
    leave = no;
    graph.continueFrom(yes);
  }
  const loop = enterLoop(lowering);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  graph.continueFrom(loop.continues);
  lowering.statementSpan = header;
  const update = source.child(node, 'update');
  if (update >= 0) lowering.value(update);
  graph.lead(graph.cut(), head);
  graph.continueFrom(leave);
  graph.continueFrom(loop.breaks);
  lowering.scope.leave();
}

/** C++ `for (auto x : range)`: the range is read once, each round stores something unknown to the variable. */
function lowerRangeFor(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  lowering.scope.enter();
  const range = lowering.value(source.child(node, 'right'));
  const head = lowering.emit({ kind: 'join' }, node);
  const step = lowering.emit(
    { kind: 'branch', condition: { kind: 'operation', operator: 'next', operands: [range] } },
    node,
  );
  graph.cut();
  graph.continueFrom(graph.exit(step, 0));
  declareLocals(lowering, node);
  const loop = enterLoop(lowering);
  lowering.statement(source.child(node, 'body'));
  lowering.breakables.pop();
  graph.lead(graph.cut(), head);
  graph.lead(loop.continues, head);
  graph.continueFrom(graph.exit(step, 1));
  graph.continueFrom(loop.breaks);
  lowering.scope.leave();
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

export function emitReturn(lowering: Lowering, node: number, value: Value | null): void {
  unwind(lowering, node, lowering.bodyDepth);
  lowering.emit({ kind: 'return', value }, node);
  lowering.graph.cut();
}

/** The handlers may start after anything in the block: they follow its beginning and its end. */
function lowerTry(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const { graph } = lowering;
  const entry = lowering.emit({ kind: 'branch', condition: { kind: 'symbol', name: 'try' } }, node);
  graph.cut();
  graph.continueFrom(graph.exit(entry, 0));
  const thrown: number[] = [];
  lowering.handlers.push({ depth: lowering.scope.block.depth, thrown });
  lowering.statement(source.child(node, 'body'));
  lowering.handlers.pop();
  const ends: number[] = [...graph.cut()];
  let entries: number[] = [...thrown, ...graph.exit(entry, 1)];
  for (let child = source.first(node); child >= 0; child = source.next(child)) {
    if (source.kind(child) !== 'catch_clause') continue;
    graph.continueFrom(entries);
    const test = lowering.emit({ kind: 'branch', condition: { kind: 'symbol', name: 'catch' } }, child);
    graph.cut();
    entries = [...graph.exit(test, 1)];
    graph.continueFrom(graph.exit(test, 0));
    lowering.scope.enter();
    const parameters = source.child(child, 'parameters');
    if (parameters >= 0) for (const parameter of source.named(parameters)) declareLocals(lowering, parameter);
    lowering.statement(source.child(child, 'body'));
    lowering.scope.leave();
    ends.push(...graph.cut());
  }
  // What no handler takes leaves the function.
  graph.continueFrom(entries);
  if (graph.reachable) leaveByException(lowering, node);
  graph.continueFrom(ends);
}

function lowerThrow(lowering: Lowering, node: number): void {
  const { source } = lowering.frame;
  const thrown = source.firstNamed(node);
  if (thrown >= 0) lowering.value(thrown);
  leaveByException(lowering, node);
}

function leaveByException(lowering: Lowering, node: number): void {
  const handler = lowering.handlers.at(-1);
  unwind(lowering, node, handler?.depth ?? lowering.bodyDepth);
  if (handler) {
    lowering.emit({ kind: 'join' }, node);
    handler.thrown.push(...lowering.graph.cut());
    return;
  }
  const { macro } = lowering;
  lowering.macro = 'throw';
  lowering.emit({ kind: 'return', value: null }, node);
  lowering.macro = macro;
  lowering.graph.cut();
}

/** Conditions as control flow: `&&`, `||` and `!` never make a value, only edges. */
import { type Branches, type Lowering, UNKNOWN } from './lowering.ts';
import type { Value } from './model.ts';

export function lowerCondition(lowering: Lowering, node: number): Branches {
  const { source } = lowering.frame;
  const { graph } = lowering;
  const inner = source.unwrap(conditionExpression(lowering, node));
  const kind = source.kind(inner);
  if (kind === 'binary_expression') {
    const operator = source.textOf(source.child(inner, 'operator'));
    if (operator === '&&' || operator === '||') return lowerShortCircuit(lowering, inner, operator);
  } else if (kind === 'unary_expression' && source.textOf(source.child(inner, 'operator')) === '!') {
    const { yes, no } = lowering.condition(source.child(inner, 'argument'));
    return { yes: no, no: yes };
  }
  const condition = kind === 'declaration' ? lowerDeclaration(lowering, inner) : lowering.value(inner);
  // `while (1)` and `do … while (0)` have one way only.
  if (condition.kind === 'int') {
    const way = graph.cut();
    return condition.value === 0 ? { yes: [], no: way } : { yes: way, no: [] };
  }
  const step = lowering.emit({ kind: 'branch', condition }, inner);
  graph.cut();
  return { yes: graph.exit(step, 0), no: graph.exit(step, 1) };
}

/** C++ wraps conditions in a `condition_clause`, with an optional declaration before. */
function conditionExpression(lowering: Lowering, node: number): number {
  const { source } = lowering.frame;
  if (source.kind(node) !== 'condition_clause') return node;
  const initializer = source.child(node, 'initializer');
  if (initializer >= 0) lowering.statement(initializer);
  const value = source.child(node, 'value');
  return value < 0 ? source.firstNamed(node) : value;
}

/** `if (T *x = find())`: the condition is the variable. */
function lowerDeclaration(lowering: Lowering, node: number): Value {
  lowering.statement(node);
  const local = lowering.scope.locals.length - 1;
  return local < 0 ? UNKNOWN : { kind: 'local', local };
}

/** Chains of one operator lean to the left: read in a loop. */
function lowerShortCircuit(lowering: Lowering, node: number, operator: string): Branches {
  const { source } = lowering.frame;
  const { graph } = lowering;
  const operands: number[] = [];
  let current = node;
  while (
    source.kind(current) === 'binary_expression' &&
    source.textOf(source.child(current, 'operator')) === operator
  ) {
    operands.push(source.child(current, 'right'));
    current = source.unwrap(source.child(current, 'left'));
  }
  operands.push(current);
  operands.reverse();
  const early: number[] = [];
  let late: readonly number[] = [];
  operands.forEach((operand, index) => {
    const { yes, no } = lowering.condition(operand);
    early.push(...(operator === '&&' ? no : yes));
    late = operator === '&&' ? yes : no;
    if (index < operands.length - 1) graph.continueFrom(late);
  });
  return operator === '&&' ? { yes: late, no: early } : { yes: early, no: late };
}

/** Decisions that the code takes by reading a reference count. */
import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { Op, Value } from '../../program/model.ts';

export interface CountTest {
  readonly function: FunctionView;
  /** The call of `Py_REFCNT`. */
  readonly step: number;
  readonly branch: number;
  readonly object: Value;
  /** The count is compared with one, for being the only owner. */
  readonly unique: boolean;
  /** The most references that the code puts up with, when that is a constant. */
  readonly limit: number | null;
}

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=']);

export function* countTests(extension: Extension): Iterable<CountTest> {
  for (const { function: view, step } of extension.callsTo('Py_REFCNT')) {
    const call = view.op(step);
    const object = call?.kind === 'call' ? call.args[0] : undefined;
    if (object === undefined) continue;
    for (const use of view.usesOf(step)) {
      const decision = decisionOf(view.op(use.step));
      if (decision === null) continue;
      yield {
        function: view,
        step,
        branch: use.step,
        object,
        unique: comparesWithOne(decision),
        limit: limitOf(decision),
      };
      break;
    }
  }
}

/** What is decided by: a condition, or a comparison that is kept or returned. */
function decisionOf(op: Op | undefined): Value | null {
  if (op?.kind === 'branch') return op.condition;
  const value = op?.kind === 'store' && op.place.kind === 'local' ? op.value : op?.kind === 'return' ? op.value : null;
  return value?.kind === 'operation' && COMPARISONS.has(value.operator) ? value : null;
}

/** The number in `count > 2` or `2 >= count`; tests for one exact count only guess. */
function limitOf(condition: Value): number | null {
  if (condition.kind !== 'operation') return null;
  const { operator, operands } = condition;
  if (!COMPARISONS.has(operator)) return operands.map(limitOf).find(one => one !== null) ?? null;
  if (operator === '==' || operator === '!=') return null;
  return operands.flatMap(operand => (operand.kind === 'int' ? [operand.value] : []))[0] ?? null;
}

function comparesWithOne(condition: Value): boolean {
  if (condition.kind !== 'operation') return false;
  if (!COMPARISONS.has(condition.operator)) return condition.operands.some(comparesWithOne);
  const [left, right] = condition.operands;
  const number = right?.kind === 'int' ? right.value : left?.kind === 'int' ? left.value : null;
  if (number === 1) return condition.operator !== '<' && condition.operator !== '>=';
  return number === 2 && (condition.operator === '<' || condition.operator === '>=');
}

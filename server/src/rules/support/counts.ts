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
      yield { function: view, step, branch: use.step, object, unique: comparesWithOne(decision) };
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

function comparesWithOne(condition: Value): boolean {
  if (condition.kind !== 'operation') return false;
  if (!COMPARISONS.has(condition.operator)) return condition.operands.some(comparesWithOne);
  const [left, right] = condition.operands;
  const number = right?.kind === 'int' ? right.value : left?.kind === 'int' ? left.value : null;
  if (number === 1) return condition.operator !== '<' && condition.operator !== '>=';
  return number === 2 && (condition.operator === '<' || condition.operator === '>=');
}

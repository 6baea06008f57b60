/** Updates that write what is there already: `if ((x->flags & BIT) == 0) x->flags &= ~BIT;`. */
import type { Op, Value } from '../program/model.ts';
import { isNull } from '../program/values.ts';
import { leads, pathOfPlace } from './guards.ts';
import type { FunctionView } from './view.ts';

type Update = Op & { readonly kind: 'update' };

/** The update sets or clears bits that a test before it has found so: no two of them lose anything to each other. */
export function isIdle(view: FunctionView, step: number): boolean {
  const op = view.op(step);
  const bits = op?.kind === 'update' ? bitsOf(op) : null;
  const path = bits === null ? null : pathOfPlace(view, step);
  if (bits === null || path === null) return false;
  return view.stepsOf('branch').some(branch => {
    const test = view.op(branch);
    const found = test?.kind === 'branch' ? testedBits(test.condition) : null;
    if (found === null || found.mask !== bits.mask || pathOfPlace(view, found.load) !== path) return false;
    const [whenTrue, whenFalse] = view.step(branch)?.next ?? [];
    const [asFound, otherwise] = found.trueMeansSet === bits.set ? [whenTrue, whenFalse] : [whenFalse, whenTrue];
    if (asFound === undefined || otherwise === undefined || leads(view, 0, step, branch)) return false;
    return leads(view, asFound, step, branch) && !leads(view, otherwise, step, branch);
  });
}

function bitsOf({ operator, operand }: Update): { readonly mask: number; readonly set: boolean } | null {
  if (operator === '|') return operand.kind === 'int' ? { mask: operand.value, set: true } : null;
  const isInverted = operator === '&' && operand.kind === 'operation' && operand.operator === '~';
  const mask = isInverted ? operand.operands[0] : undefined;
  return mask?.kind === 'int' ? { mask: mask.value, set: false } : null;
}

interface Tested {
  readonly load: number;
  readonly mask: number;
  /** The bit is set where the condition holds. */
  readonly trueMeansSet: boolean;
}

/** A test of one bit: of several, one that is not set says nothing about the others. */
function testedBits(condition: Value): Tested | null {
  if (condition.kind !== 'operation') return null;
  const [left, right] = condition.operands;
  if (left === undefined) return null;
  if (condition.operator === '!') {
    const inner = testedBits(left);
    return inner === null ? null : { ...inner, trueMeansSet: !inner.trueMeansSet };
  }
  if (right === undefined) return null;
  if (condition.operator === '&') {
    const isBit = right.kind === 'int' && right.value > 0 && (right.value & (right.value - 1)) === 0;
    return left.kind === 'result' && isBit ? { load: left.step, mask: right.value, trueMeansSet: true } : null;
  }
  const inner = condition.operator === '==' || condition.operator === '!=' ? testedBits(left) : null;
  if (inner?.trueMeansSet !== true) return null;
  const isSet = right.kind === 'int' && right.value === inner.mask ? true : isNull(right) ? false : null;
  return isSet === null ? null : { ...inner, trueMeansSet: (condition.operator === '==') === isSet };
}

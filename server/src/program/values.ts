/** Walking the values and places of a step. Recursion depth is the nesting of one C expression, which the lowering bounds. */
import type { Op, Place, Value } from './model.ts';

/** What a step does with a value it mentions. */
export type Role =
  /** Condition of a branch or subject of a switch. */
  | 'test'
  | 'argument'
  /** The called pointer itself. */
  | 'callee'
  | 'stored'
  | 'returned'
  /** What is dereferenced: `v` in `v->field`, `v[i]`, `*v`. */
  | 'base'
  | 'index'
  | 'operand'
  | 'lock';

export type Visit = (value: Value, role: Role, argument: number) => void;

/** Calls `visit` for each value that the step reads, as written (not for parts of operations: see `eachPart`). */
export function eachOperand(op: Op, visit: Visit): void {
  switch (op.kind) {
    case 'load':
      eachBase(op.place, visit);
      return;
    case 'store':
      eachBase(op.place, visit);
      visit(op.value, 'stored', -1);
      return;
    case 'update':
      eachBase(op.place, visit);
      if (op.place.kind === 'local') visit({ kind: 'local', local: op.place.local }, 'operand', -1);
      visit(op.operand, 'operand', -1);
      return;
    case 'call':
      if (op.callee.kind === 'pointer') visit(op.callee.value, 'callee', -1);
      op.args.forEach((value, index) => visit(value, 'argument', index));
      return;
    case 'branch':
      visit(op.condition, 'test', -1);
      return;
    case 'switch':
      visit(op.value, 'test', -1);
      return;
    case 'acquire':
    case 'release':
      for (const target of op.lock.targets) visit(target, 'lock', -1);
      return;
    case 'return':
      if (op.value !== null) visit(op.value, 'returned', -1);
      return;
    default:
      return;
  }
}

function eachBase(place: Place, visit: Visit): void {
  if (place.kind === 'field') visit(place.base, 'base', -1);
  else if (place.kind === 'deref') visit(place.pointer, 'base', -1);
  else if (place.kind === 'element') {
    visit(place.base, 'base', -1);
    visit(place.index, 'index', -1);
  }
}

const COMPARISONS = new Set(['==', '!=', '<', '>', '<=', '>=', '!', '&&', '||']);

/**
 * The leaves of a value: locals, results and constants below operations and addresses. A leaf keeps the role unless an
 * address or an operation stands above it (`base` below addresses, `operand` below operations; a comparison stays a test).
 */
export function eachPart(value: Value, role: Role, visit: (leaf: Value, role: Role) => void): void {
  if (value.kind === 'operation') {
    const inner = role === 'test' || COMPARISONS.has(value.operator) ? 'test' : 'operand';
    for (const operand of value.operands) eachPart(operand, inner, visit);
  } else if (value.kind === 'address') {
    visit(value, role);
    eachBase(value.place, base => eachPart(base, 'base', visit));
  } else {
    visit(value, role);
  }
}

/** Steps whose result is a number or pointer that was in memory or came from a call. */
export function producesResult(op: Op): boolean {
  return op.kind === 'load' || op.kind === 'update' || op.kind === 'call';
}

export function placeOf(op: Op): Place | null {
  return op.kind === 'load' || op.kind === 'store' || op.kind === 'update' ? op.place : null;
}

/** `!v`, `v == NULL`, `v != NULL`, `v`: the value that is compared with nothing, and whether the true branch means "is null". */
export function nullTest(condition: Value): { readonly value: Value; readonly trueMeansNull: boolean } | null {
  if (condition.kind !== 'operation') return { value: condition, trueMeansNull: false };
  const [left, right] = condition.operands;
  if (condition.operator === '!' && left !== undefined) {
    const inner = nullTest(left);
    return inner === null ? null : { value: inner.value, trueMeansNull: !inner.trueMeansNull };
  }
  if (left === undefined || right === undefined) return null;
  const equals = condition.operator === '==';
  if (!equals && condition.operator !== '!=') return null;
  if (isNull(right)) return { value: left, trueMeansNull: equals };
  if (isNull(left)) return { value: right, trueMeansNull: equals };
  return null;
}

export function isNull(value: Value): boolean {
  return value.kind === 'null' || (value.kind === 'int' && value.value === 0);
}

/** The index that an element's place is written with; null for any but a constant. */
export function constantIndex(index: Value): number | null {
  return index.kind === 'int' && index.value >= 0 ? index.value : null;
}

/** True for a constant that is not zero, false for zero, null for everything else. */
export function truthOf(value: Value): boolean | null {
  if (isNull(value)) return false;
  if (value.kind === 'int') return true;
  if (value.kind !== 'symbol') return null;
  return /(?:^|_)(?:true|TRUE)$/.test(value.name) ? true : /(?:^|_)(?:false|FALSE)$/.test(value.name) ? false : null;
}

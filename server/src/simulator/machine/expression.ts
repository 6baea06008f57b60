/**
 * Thread-local arithmetic of the step language, as plain data, and its compilation to closures over the machine's state.
 * Values are 32-bit integers: numbers, thread identities, lock holders and pointers (the index of an object's first cell).
 */

export type BinaryOperator = '+' | '-' | '*' | '%' | '&' | '|' | '<<' | '>>' | '==' | '!=' | '<' | '<=';

export type Expression =
  | number
  /** A local of the running thread. */
  | { readonly local: number }
  /** What the accessed cell holds before the access. Only inside an access. */
  | { readonly old: true }
  /** A cell's value without an access. Only in the checks that run when all threads are done. */
  | { readonly cell: Expression }
  /** A local of some thread, for the same checks. */
  | { readonly thread: number; readonly local: number }
  | { readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly test: Expression; readonly yes: Expression; readonly no: Expression };

export const OLD: Expression = { old: true };

const binary =
  (operator: BinaryOperator) =>
  (left: Expression, right: Expression): Expression => ({ operator, left, right });

export const add = binary('+');
export const subtract = binary('-');
export const multiply = binary('*');
export const remainder = binary('%');
export const bitAnd = binary('&');
export const bitOr = binary('|');
export const shiftLeft = binary('<<');
export const shiftRight = binary('>>');
export const equal = binary('==');
export const differs = binary('!=');
export const less = binary('<');
export const atMost = binary('<=');
export const choose = (test: Expression, yes: Expression, no: Expression): Expression => ({ test, yes, no });
export const not = (value: Expression): Expression => equal(value, 0);
/** Both operands are evaluated: they have no side effects. Results are 0 or 1. */
export const both = (left: Expression, right: Expression): Expression => choose(left, differs(right, 0), 0);
export const either = (left: Expression, right: Expression): Expression => choose(left, 1, differs(right, 0));
export const cellValue = (cell: Expression): Expression => ({ cell });

/** `old` is the value of the accessed cell. */
export type Compiled = (old: number) => number;

export interface Scope {
  readonly state: Int32Array;
  /** Index in `state` of the running thread's first local. */
  readonly locals: number;
  /** Index in `state` of each thread's first local. */
  readonly localsOf: readonly number[];
}

/** Compiles once for each thread, so that locals become fixed places in the state. */
export function compile(expression: Expression, scope: Scope): Compiled {
  const { state } = scope;
  if (typeof expression === 'number') return () => expression;
  if ('old' in expression) return old => old;
  if ('cell' in expression) {
    const address = compile(expression.cell, scope);
    return old => state[address(old)] ?? 0;
  }
  if ('local' in expression) {
    const base = 'thread' in expression ? scope.localsOf[expression.thread]! : scope.locals;
    const place = base + expression.local;
    return () => state[place]!;
  }
  if ('test' in expression) {
    const test = compile(expression.test, scope);
    const yes = compile(expression.yes, scope);
    const no = compile(expression.no, scope);
    return old => (test(old) === 0 ? no(old) : yes(old));
  }
  return compileBinary(expression.operator, expression.left, expression.right, scope);
}

function compileBinary(operator: BinaryOperator, left: Expression, right: Expression, scope: Scope): Compiled {
  const a = compile(left, scope);
  const b = compile(right, scope);
  switch (operator) {
    case '+':
      return old => (a(old) + b(old)) | 0;
    case '-':
      return old => (a(old) - b(old)) | 0;
    case '*':
      return old => Math.imul(a(old), b(old));
    case '%':
      return old => {
        const divisor = b(old);
        return divisor === 0 ? 0 : (a(old) % divisor) | 0;
      };
    case '&':
      return old => a(old) & b(old);
    case '|':
      return old => a(old) | b(old);
    case '<<':
      return old => a(old) << b(old);
    case '>>':
      return old => a(old) >> b(old);
    case '==':
      return old => (a(old) === b(old) ? 1 : 0);
    case '!=':
      return old => (a(old) === b(old) ? 0 : 1);
    case '<':
      return old => (a(old) < b(old) ? 1 : 0);
    case '<=':
      return old => (a(old) <= b(old) ? 1 : 0);
  }
}

/** Whether a local, or the accessed cell's old value, occurs in the expression. */
export function mentions(expression: Expression, what: 'local' | 'old'): boolean {
  if (typeof expression === 'number') return false;
  if ('old' in expression) return what === 'old';
  if ('local' in expression) return what === 'local';
  if ('cell' in expression) return mentions(expression.cell, what);
  if ('test' in expression) {
    return mentions(expression.test, what) || mentions(expression.yes, what) || mentions(expression.no, what);
  }
  return mentions(expression.left, what) || mentions(expression.right, what);
}

/** Values while code is translated: what is known before the program runs, and what only the machine will know. */
import type { CType } from '../../program/model.ts';
import {
  add,
  atMost,
  bitAnd,
  bitOr,
  differs,
  type Expression,
  equal,
  less,
  multiply,
  not,
  remainder,
  shiftLeft,
  shiftRight,
  subtract,
} from '../machine/expression.ts';
import { NUMBER } from './types.ts';

export interface HeapObject {
  readonly name: string;
  readonly type: string;
  readonly python: boolean;
  /** Lives for ever, and has no count. */
  readonly immortal: boolean;
  /** Made while the program runs. */
  readonly fresh: boolean;
  /** The call that its memory is from, when that was seen. */
  readonly madeBy?: string;
  /** What its items are, when it is an array or a container. */
  readonly items: CType | null;
  /** How many pointers lead to it from a parameter or a variable. */
  readonly depth: number;
  /** Address of the object: the pointer to it. */
  readonly base: number;
}

export type Symbol =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'object'; readonly object: HeapObject }
  /** Known to the machine. `of`: the place that it was read from, for names. */
  | {
      readonly kind: 'dynamic';
      readonly value: Expression;
      readonly of: string;
      readonly type: CType | null;
      /** Field or variable that it was read from. */
      readonly path?: string;
    }
  /** `&base->path`. */
  | { readonly kind: 'cell'; readonly base: Symbol; readonly path: string; readonly type: CType | null }
  /** Address of a variable outside functions that is one value. */
  | { readonly kind: 'variable'; readonly key: string; readonly name: string; readonly type: CType | null }
  /** Address of a variable of a function that is running, or of a field of it. */
  | { readonly kind: 'slot'; readonly frame: number; readonly local: number; readonly path: string }
  | { readonly kind: 'function'; readonly name: string }
  /** A string: a pointer that is not NULL. */
  | { readonly kind: 'text' }
  /** Decided by nothing in the model. Equal names, equal values. */
  | { readonly kind: 'unknown'; readonly name: string; readonly handle?: boolean };

export const int = (value: number): Symbol => ({ kind: 'int', value });
export const ZERO = int(0);
/** `handle`: of a type that no number has, of a library perhaps. */
export const unknown = (name: string, handle = false): Symbol => ({
  kind: 'unknown',
  name,
  ...(handle ? { handle } : {}),
});

/** Three-valued: what a condition comes to, when that is known. */
export function truth(symbol: Symbol): boolean | null {
  switch (symbol.kind) {
    case 'int':
      return symbol.value !== 0;
    case 'object':
    case 'cell':
    case 'variable':
    case 'slot':
    case 'function':
    case 'text':
      return true;
    case 'dynamic':
    case 'unknown':
      return null;
  }
}

export function nameOf(symbol: Symbol): string {
  switch (symbol.kind) {
    case 'int':
      return `${symbol.value}`;
    case 'object':
      return symbol.object.name;
    case 'dynamic':
      return symbol.of;
    case 'cell':
      return `&${nameOf(symbol.base)}->${symbol.path}`;
    case 'variable':
      return `&${symbol.name}`;
    case 'slot':
      return `&${symbol.frame}:${symbol.local}${symbol.path}`;
    case 'function':
    case 'unknown':
      return symbol.name;
    case 'text':
      return '"…"';
  }
}

type Operands = readonly [number, number];
const FOLD: Readonly<Record<string, (operands: Operands) => number>> = {
  '+': ([a, b]) => a + b,
  '-': ([a, b]) => a - b,
  '*': ([a, b]) => a * b,
  '/': ([a, b]) => (b === 0 ? 0 : Math.trunc(a / b)),
  '%': ([a, b]) => (b === 0 ? 0 : a % b),
  '&': ([a, b]) => a & b,
  '|': ([a, b]) => a | b,
  '^': ([a, b]) => a ^ b,
  '<<': ([a, b]) => a << b,
  '>>': ([a, b]) => a >> b,
  '==': ([a, b]) => Number(a === b),
  '!=': ([a, b]) => Number(a !== b),
  '<': ([a, b]) => Number(a < b),
  '<=': ([a, b]) => Number(a <= b),
  '>': ([a, b]) => Number(a > b),
  '>=': ([a, b]) => Number(a >= b),
};
const MACHINE: Readonly<Record<string, (a: Expression, b: Expression) => Expression>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '%': remainder,
  '&': bitAnd,
  '|': bitOr,
  '<<': shiftLeft,
  '>>': shiftRight,
  '==': equal,
  '!=': differs,
  '<': less,
  '<=': atMost,
  '>': (a, b) => less(b, a),
  '>=': (a, b) => atMost(b, a),
};

/** The result of an operator; `expression` gives the machine's form of a symbol. */
export function operate(
  operator: string,
  operands: readonly Symbol[],
  expression: (symbol: Symbol) => Expression,
): Symbol {
  const [a, b] = operands;
  const called = (): Symbol =>
    unknown(
      operands.length === 2
        ? `${nameOf(a!)} ${operator} ${nameOf(b!)}`
        : `${operator}(${operands.map(nameOf).join(', ')})`,
    );
  if (a === undefined) return unknown(operator);
  if (b === undefined) {
    if (operator === '!') {
      const known = truth(a);
      if (known !== null) return int(known ? 0 : 1);
      return a.kind === 'dynamic' ? { ...a, value: not(a.value), type: NUMBER } : unknown(`!${nameOf(a)}`);
    }
    if (operator === '-' && a.kind === 'int') return int(-a.value);
    if (operator === '~' && a.kind === 'int') return int(~a.value);
    return operator === '+' ? a : called();
  }
  if (operator === '==' || operator === '!=') {
    const same = samePointer(a, b);
    if (same !== null) return int(Number(same === (operator === '==')));
    const [pointer, other] = a.kind === 'int' ? [b, a] : [a, b];
    if (pointer.kind === 'unknown' && other.kind === 'int' && other.value === 0)
      return operator === '!=' ? pointer : unknown(`!${pointer.name}`);
  }
  if (a.kind === 'int' && b.kind === 'int') {
    const fold = FOLD[operator];
    return fold === undefined ? called() : int(fold([a.value, b.value]) | 0);
  }
  if (a.kind === 'unknown' || b.kind === 'unknown') return called();
  const machine = MACHINE[operator];
  if (machine === undefined) return called();
  return { kind: 'dynamic', value: machine(expression(a), expression(b)), of: nameOf(called()), type: NUMBER };
}

/** Whether two values are the same pointer, when that can be told. */
function samePointer(a: Symbol, b: Symbol): boolean | null {
  if (a.kind === 'object' && b.kind === 'object') return a.object.name === b.object.name;
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (one.kind === 'int' && one.value === 0 && truth(other) !== null && other.kind !== 'int') return false;
  }
  if (a.kind === 'function' && b.kind === 'function') return a.name === b.name;
  return null;
}

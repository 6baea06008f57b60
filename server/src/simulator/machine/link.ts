/** Turns a thread's instructions into flat records with compiled expressions: what the interpreter's loop reads. */
import { type Compiled, compile, type Expression, mentions, type Scope } from './expression.ts';
import { failureNumber } from './failures.ts';
import type { Access, Instruction, Order } from './program.ts';

export const ACCESS = 0;
export const FREE = 1;
export const ATOMIC = 2;
export const END = 3;
export const SET = 4;
export const UNLESS = 5;
export const JUMP = 6;
export const CHOOSE = 7;
export const ALLOCATE = 8;
export const CHECK = 9;
export const ATTACHED = 10;

export interface Linked {
  readonly op: number;
  readonly base: Compiled;
  readonly offset: Compiled;
  readonly until: Compiled | null;
  readonly when: Compiled | null;
  readonly next: Compiled | null;
  readonly requires: Compiled | null;
  readonly failure: number;
  /** Places in the state, or -1. */
  readonly into: number;
  readonly ok: number;
  readonly order: number;
  readonly stale: boolean;
  /** `set`, `unless` and `check`: the expression. */
  readonly value: Compiled;
  /** Jump target, number of options, pool. */
  readonly target: number;
  /** See `Machine.varies`. */
  readonly varies: boolean;
}

const ORDERS: Record<Order, number> = { plain: 0, relaxed: 1, sync: 2 };
/** A synchronising store that does not look at the old value releases, but acquires nothing. */
const RELEASE = 3;

function orderNumber({ order, until, when, next, into, requires }: Access): number {
  const reads = until !== undefined || when !== undefined || into !== undefined || requires !== undefined;
  return order !== 'sync' || reads || next === undefined || mentions(next, 'old') ? ORDERS[order] : RELEASE;
}

const ZERO: Compiled = () => 0;

const BLANK: Linked = {
  op: END,
  base: ZERO,
  offset: ZERO,
  until: null,
  when: null,
  next: null,
  requires: null,
  failure: 0,
  into: -1,
  ok: -1,
  order: 0,
  stale: false,
  value: ZERO,
  target: 0,
  varies: false,
};

/** @throws Error for programs that break the rules of the language: a mistake of whoever built it, never of user text. */
export function link(code: readonly Instruction[], scope: Scope): Linked[] {
  const place = (local: number | undefined): number => (local === undefined ? -1 : scope.locals + local);
  const optional = (e: Expression | undefined): Compiled | null => (e === undefined ? null : compile(e, scope));
  let inside = false;
  return code.map((instruction, at): Linked => {
    switch (instruction.kind) {
      case 'access': {
        const { until } = instruction;
        if (until !== undefined && mentions(until, 'local'))
          throw new Error(`blocking condition at ${at} reads a local`);
        if (until !== undefined && inside && code[at - 1]?.kind !== 'atomic') {
          throw new Error(`only the first access of an atomic block may block (instruction ${at})`);
        }
        return {
          ...BLANK,
          op: ACCESS,
          base: compile(instruction.base, scope),
          offset: compile(instruction.offset, scope),
          until: optional(until),
          when: optional(instruction.when),
          next: optional(instruction.next),
          requires: optional(instruction.requires),
          failure: instruction.failure === undefined ? 0 : failureNumber(instruction.failure),
          into: place(instruction.into),
          ok: place(instruction.ok),
          order: orderNumber(instruction),
          stale: instruction.stale === true,
          varies: instruction.when !== undefined,
        };
      }
      case 'free':
        return { ...BLANK, op: FREE, base: compile(instruction.base, scope) };
      case 'atomic': {
        inside = true;
        const first = code[at + 1];
        if (first?.kind !== 'access' || first.until === undefined) return { ...BLANK, op: ATOMIC, varies: true };
        return {
          ...BLANK,
          op: ATOMIC,
          base: compile(first.base, scope),
          offset: compile(first.offset, scope),
          until: compile(first.until, scope),
          varies: true,
        };
      }
      case 'end':
        inside = false;
        return BLANK;
      case 'set':
        return { ...BLANK, op: SET, into: place(instruction.local), value: compile(instruction.value, scope) };
      case 'unless':
        return { ...BLANK, op: UNLESS, value: compile(instruction.condition, scope), target: instruction.target };
      case 'jump':
        return { ...BLANK, op: JUMP, target: instruction.target };
      case 'choose':
        return { ...BLANK, op: CHOOSE, into: place(instruction.local), target: instruction.options };
      case 'allocate':
        return { ...BLANK, op: ALLOCATE, into: place(instruction.local), target: instruction.pool };
      case 'check':
        return {
          ...BLANK,
          op: CHECK,
          value: compile(instruction.holds, scope),
          failure: failureNumber(instruction.failure),
        };
      case 'attached':
        return { ...BLANK, op: ATTACHED, target: instruction.value };
    }
  });
}

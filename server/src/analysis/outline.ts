/** What the rest of an extension has to know of one body: whom it calls, and whose address it gives away. Cached by body. */
import type { FunctionBody, Op } from '../program/model.ts';
import { eachOperand, eachPart, type Role } from '../program/values.ts';
import { definitionsOf } from './definitions.ts';
import { Lately } from './lately.ts';

export interface NamedCall {
  readonly step: number;
  readonly name: string;
  /** Called through a pointer with that name: it does not say which function runs. */
  readonly throughPointer: boolean;
  /** How many arguments a call through a pointer passes; 0 for others, which say themselves whom they call. */
  readonly passes: number;
  /** Its place among `BodyOutline.callees`; -1 for calls through pointers. */
  readonly callee: number;
}

/** A function's name used as a value. */
export interface GivenAway {
  readonly name: string;
  /** Passed as argument `argument` of this call; null when it is stored or returned. */
  readonly callee: string | null;
  readonly argument: number;
  /** The struct member that it is stored in: `tp_dealloc`, `on_close`. */
  readonly field: string | null;
  /** The global that it is stored in. */
  readonly variable: string | null;
}

export interface BodyOutline {
  readonly calls: readonly NamedCall[];
  /** Names of functions called by name, each once. */
  readonly callees: readonly string[];
  readonly givenAway: readonly GivenAway[];
  /** Steps by what they do, in order. */
  readonly byKind: ReadonlyMap<Op['kind'], readonly number[]>;
}

const CACHE = new Lately<FunctionBody, BodyOutline>();

export function outlineOf(body: FunctionBody): BodyOutline {
  return CACHE.of(body, read);
}

function read(body: FunctionBody): BodyOutline {
  const calls: NamedCall[] = [];
  const callees = new Map<string, number>();
  const givenAway: GivenAway[] = [];
  const byKind = new Map<Op['kind'], number[]>();
  body.steps.forEach(({ op }, step) => {
    const same = byKind.get(op.kind);
    if (same === undefined) byKind.set(op.kind, [step]);
    else same.push(step);
    if (op.kind === 'call' && op.callee.name !== null) {
      const { name } = op.callee;
      const throughPointer = op.callee.kind === 'pointer';
      if (!throughPointer && !callees.has(name)) callees.set(name, callees.size);
      const passes = throughPointer ? op.args.length : 0;
      calls.push({ step, name, throughPointer, passes, callee: throughPointer ? -1 : (callees.get(name) ?? -1) });
    }
    eachOperand(op, (value, role, argument) => {
      eachPart(value, role, leaf => {
        if (leaf.kind === 'function') follow(body, step, leaf.name, role, argument, givenAway);
      });
    });
  });
  // Copies without the room that lists keep for growing: there are many, and they last.
  for (const [kind, steps] of byKind) byKind.set(kind, steps.slice());
  return { calls: calls.slice(), callees: [...callees.keys()], givenAway: givenAway.slice(), byKind };
}

/** Where the function's address goes from here, through as many locals as `hops` says. */
function follow(
  body: FunctionBody,
  step: number,
  name: string,
  role: Role,
  argument: number,
  out: GivenAway[],
  hops = 4,
): void {
  const op = body.steps[step]?.op;
  if (op === undefined || role === 'test') return;
  if (op.kind === 'call') {
    if (role !== 'callee') out.push({ name, callee: op.callee.name, argument, field: null, variable: null });
    return;
  }
  if (op.kind === 'store' && op.place.kind === 'local') {
    if (hops === 0) {
      out.push({ name, callee: null, argument: -1, field: null, variable: null });
      return;
    }
    const definitions = definitionsOf(body);
    for (const definition of definitions.all) {
      if (definition.step !== step) continue;
      for (const use of definitions.usesOfDefinition(definition)) {
        follow(body, use.step, name, use.role, use.argument, out, hops - 1);
      }
    }
    return;
  }
  const field = op.kind === 'store' && op.place.kind === 'field' ? op.place.field : null;
  const variable = op.kind === 'store' && op.place.kind === 'global' ? op.place.name : null;
  out.push({ name, callee: null, argument: -1, field, variable });
}

/** What the rest of an extension has to know of one body: whom it calls, and whose address it gives away. Cached by body. */
import type { FunctionBody } from '../program/model.ts';
import { eachOperand, eachPart } from './values.ts';

export interface NamedCall {
  readonly step: number;
  readonly name: string;
  /** Called through a pointer with that name: it does not say which function runs. */
  readonly throughPointer: boolean;
}

/** A function's name used as a value: stored, returned, or passed as argument `argument` of `callee`. */
export interface GivenAway {
  readonly name: string;
  readonly callee: string | null;
  readonly argument: number;
}

export interface BodyOutline {
  readonly calls: readonly NamedCall[];
  /** Names of functions called by name, each once. */
  readonly callees: readonly string[];
  readonly givenAway: readonly GivenAway[];
}

const CACHE = new WeakMap<FunctionBody, BodyOutline>();

export function outlineOf(body: FunctionBody): BodyOutline {
  let outline = CACHE.get(body);
  if (outline === undefined) {
    outline = read(body);
    CACHE.set(body, outline);
  }
  return outline;
}

function read(body: FunctionBody): BodyOutline {
  const calls: NamedCall[] = [];
  const givenAway: GivenAway[] = [];
  body.steps.forEach(({ op }, step) => {
    if (op.kind === 'call' && op.callee.name !== null) {
      calls.push({ step, name: op.callee.name, throughPointer: op.callee.kind === 'pointer' });
    }
    const callee = op.kind === 'call' ? op.callee.name : null;
    eachOperand(op, (value, role, argument) => {
      eachPart(value, role, leaf => {
        if (leaf.kind !== 'function' || role === 'callee' || role === 'test') return;
        givenAway.push({ name: leaf.name, callee, argument });
      });
    });
  });
  const callees = [...new Set(calls.flatMap(call => (call.throughPointer ? [] : [call.name])))];
  return { calls, callees, givenAway };
}

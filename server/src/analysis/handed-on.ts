/**
 * Functions and lambdas that are handed to a function of the extension which calls them itself (`with_lock([&] { … })`), or to a
 * library that calls them at known places. They run where these calls stand, with the locks held there, and are no callbacks of
 * strangers.
 */
import { runsGiven, runWithin } from '../capi/run-within.ts';
import type { FunctionBody, Value } from '../program/model.ts';
import { type GivenAway, type NamedCall, outlineOf } from './outline.ts';
import type { ExtensionFunction, Linker } from './program.ts';

export interface HandedOn {
  readonly target: number;
  /** Who calls it, and where. */
  readonly caller: number;
  readonly steps: readonly number[];
  /** A library calls it, within these steps: it gets something of their first argument. */
  readonly within: boolean;
}

/** Empty when nobody in the extension calls what is given away there, as far as we see. */
export function handedOn(linker: Linker, fn: ExtensionFunction, given: GivenAway): readonly HandedOn[] {
  if (given.callee === null || given.argument < 0) return [];
  const target = linker.resolve(fn.unit.file, given.name);
  // With `this` among its parameters a lambda is called with one argument less than it has.
  if (target === undefined || target.function.body.ofClass !== undefined) return [];
  const caller = linker.resolve(fn.unit.file, given.callee);
  if (caller === undefined) {
    const calls = runWithin(given.callee, given.argument) ?? [];
    return calls.flatMap(name => callsOf(linker, name).map(call => ({ ...call, target: target.id, within: true })));
  }
  const steps = callsOfParameter(caller.function.body, given.argument);
  return steps.length === 0 ? [] : [{ target: target.id, caller: caller.id, steps, within: false }];
}

type Calls = Pick<HandedOn, 'caller' | 'steps'>;
const CALLS = new WeakMap<Linker, Map<string, Calls[]>>();

/** Calls of the library that may run what it was given. */
function callsOf(linker: Linker, name: string): readonly Calls[] {
  let all = CALLS.get(linker);
  if (all === undefined) {
    CALLS.set(linker, (all = new Map()));
    for (const fn of linker.functions) {
      for (const call of outlineOf(fn.function.body).calls.filter(isRunning))
        all.set(call.name, [...(all.get(call.name) ?? []), { caller: fn.id, steps: [call.step] }]);
    }
  }
  return all.get(name) ?? [];
}

/** The call may run a function that the library was given. */
export function isRunning({ name, throughPointer }: NamedCall): boolean {
  return !throughPointer && runsGiven(name);
}

/** Steps that call what the parameter is or refers to. */
export function callsOfParameter(body: FunctionBody, parameter: number): number[] {
  if (parameter >= body.parameters) return [];
  return (outlineOf(body).byKind.get('call') ?? []).filter(step => {
    const op = body.steps[step]?.op;
    return op?.kind === 'call' && op.callee.kind === 'pointer' && isParameter(body, op.callee.value, parameter);
  });
}

/** The parameter, or what it refers to. */
function isParameter(body: FunctionBody, value: Value, parameter: number): boolean {
  if (value.kind === 'local') return value.local === parameter;
  const load = value.kind === 'result' ? body.steps[value.step]?.op : undefined;
  return load?.kind === 'load' && load.place.kind === 'deref' && isParameter(body, load.place.pointer, parameter);
}

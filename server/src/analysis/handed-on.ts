/**
 * Functions and lambdas that are handed to a function of the extension which calls them itself: `with_lock([&] { … })`. They run
 * where that call stands, with the locks held there, and are no callbacks of strangers.
 */
import type { FunctionBody, Value } from '../program/model.ts';
import { type GivenAway, outlineOf } from './outline.ts';
import type { ExtensionFunction, Linker } from './program.ts';

export interface HandedOn {
  readonly target: number;
  /** Who calls it, and where. */
  readonly caller: number;
  readonly steps: readonly number[];
}

/** Null when nobody in the extension calls what is given away there. */
export function handedOn(linker: Linker, fn: ExtensionFunction, given: GivenAway): HandedOn | null {
  if (given.callee === null || given.argument < 0) return null;
  const target = linker.resolve(fn.unit.file, given.name);
  const caller = linker.resolve(fn.unit.file, given.callee);
  // With `this` among its parameters a lambda is called with one argument less than it has.
  if (target === undefined || caller === undefined || target.function.body.ofClass !== undefined) return null;
  const steps = callsOfParameter(caller.function.body, given.argument);
  return steps.length === 0 ? null : { target: target.id, caller: caller.id, steps };
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

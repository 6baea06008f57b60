/** The steps of a body that can run at all, by what they do and by what they call. Cached by body. */
import type { FunctionBody, Op } from '../program/model.ts';
import { flowOf } from './flow.ts';
import { Lately } from './lately.ts';
import { outlineOf } from './outline.ts';

export interface ReachableSteps {
  /** In order. */
  readonly byKind: ReadonlyMap<Op['kind'], readonly number[]>;
  /** Calls by the name of what is called, or of the pointer that is called through. */
  readonly calls: ReadonlyMap<string, readonly number[]>;
}

const CACHE = new Lately<FunctionBody, ReachableSteps>();

export function reachableSteps(body: FunctionBody): ReachableSteps {
  return CACHE.of(body, read);
}

function read(body: FunctionBody): ReachableSteps {
  const { blockOf } = flowOf(body);
  const isReachable = (step: number): boolean => (blockOf[step] ?? -1) >= 0;
  const outline = outlineOf(body);
  const calls = new Map<string, number[]>();
  for (const { name, step } of outline.calls) {
    if (!isReachable(step)) continue;
    const list = calls.get(name);
    if (list === undefined) calls.set(name, [step]);
    else list.push(step);
  }
  // In most bodies every step can run: one list serves for both.
  const byKind = blockOf.every(block => block >= 0)
    ? outline.byKind
    : new Map([...outline.byKind].map(([kind, steps]) => [kind, steps.filter(isReachable)] as const));
  return { byKind, calls };
}

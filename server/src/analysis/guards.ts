/** Conditions that stand before a step: "only when the field is still NULL". */

import { nullTest, placeOf } from '../program/values.ts';
import { BOUNDS } from './bounds.ts';
import type { Path } from './paths.ts';
import { fieldOf } from './paths.ts';
import type { FunctionView } from './view.ts';

/** The path of the place that a load, store or update is about; null for locals and what has no name. */
export function pathOfPlace(view: FunctionView, step: number): Path | null {
  const op = view.op(step);
  const place = op === undefined ? null : placeOf(op);
  if (place?.kind === 'field') return fieldOf(view.path(place.base, step), place.field);
  if (place?.kind === 'element') return fieldOf(view.path(place.base, step), '[]');
  return place?.kind === 'global' ? `g:${place.name}` : null;
}

/**
 * The last branch that lets the step run only when `path` was NULL (or zero): `if (!self->cache)`. Null when there is none.
 */
export function nullGuard(view: FunctionView, step: number, path: Path): number | null {
  const { steps } = view.body;
  if (steps.length > BOUNDS.guardSteps) {
    view.semantics.origins.hit.add('guardSteps');
    return null;
  }
  let found: number | null = null;
  steps.forEach((candidate, branch) => {
    if (candidate.op.kind !== 'branch' || !view.isReachable(branch)) return;
    const test = nullTest(candidate.op.condition);
    if (test === null || view.path(test.value, branch) !== path) return;
    const [whenTrue, whenFalse] = candidate.next;
    const [whenNull, otherwise] = test.trueMeansNull ? [whenTrue, whenFalse] : [whenFalse, whenTrue];
    if (whenNull === undefined || otherwise === undefined) return;
    if (leads(view, otherwise, step, branch) || !leads(view, whenNull, step, branch)) return;
    // A way round the test: it says nothing about the step.
    if (leads(view, 0, step, branch)) return;
    if (found === null || leads(view, found, branch, -1)) found = branch;
  });
  return found;
}

/** Can control get from one step to another without passing `except`, one step or several? */
export function leads(view: FunctionView, from: number, to: number, except: number | ReadonlySet<number>): boolean {
  const seen = new Set(typeof except === 'number' ? [except] : except);
  const waiting = [from];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    if (at === to) return true;
    seen.add(at);
    waiting.push(...(view.step(at)?.next ?? []));
  }
  return false;
}

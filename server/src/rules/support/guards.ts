/** Conditions that stand before a step, and what stands behind one: most of them the analysis asks for too. */
import type { FunctionView } from '../../analysis/view.ts';

export { leads, nullGuard, pathOfPlace } from '../../analysis/guards.ts';

/** The first that is done from there is to set an exception. */
export function raisesAtOnce(view: FunctionView, from: number): boolean {
  for (let step: number | undefined = from, hops = 0; step !== undefined && hops < MOST_STEPS; hops++) {
    const at = view.step(step);
    if (at?.op.kind === 'call') return /^PyErr_(?:Format|Set)/.test(at.op.callee.name ?? '');
    if (at === undefined || at.next.length !== 1) return false;
    [step] = at.next;
  }
  return false;
}

/** Steps from a test to the call that sets the exception. */
const MOST_STEPS = 12;

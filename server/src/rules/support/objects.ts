/** Which objects a rule about changing an object in place has to worry about. */
import type { FunctionView } from '../../analysis/view.ts';
import type { Op, Value } from '../../program/model.ts';
import type { Confidence } from '../finding.ts';

/**
 * How sure it is that another thread can see the object at the step; null when it can't: the object is new here, is being
 * destroyed, or the code runs while the module is set up.
 */
export function visibleToOthers(view: FunctionView, object: Value, step: number): Confidence | null {
  if (!view.isConcurrent || view.isInitOnly) return null;
  const ownership = view.ownership(object, step);
  // `immutable`: a str or bytes that was made here; filling it in is how they are made.
  if (ownership !== 'shared' && ownership !== 'unknown') return null;
  return ownership === 'shared' && !view.isUnreached ? 'likely' : 'possible';
}

/** The call that produced a value, followed through casts, arithmetic and locals; null when it is anything else. */
export function producer(
  view: FunctionView,
  value: Value,
  step: number,
): { readonly step: number; readonly op: Extract<Op, { kind: 'call' }> } | null {
  for (const origin of view.origins(value, step)) {
    const base = origin.kind === 'element' || origin.kind === 'inside' ? origin.base : origin;
    if (base.kind !== 'call' || base.argument !== -1) continue;
    const op = view.op(base.step);
    if (op?.kind === 'call') return { step: base.step, op };
  }
  return null;
}

/** The struct that has the object in a field. */
export function ownerOf(view: FunctionView, object: Value, step: number): { owner?: string } {
  const [origin] = view.origins(object, step);
  return origin?.kind === 'field' && origin.struct !== null ? { owner: origin.struct } : {};
}

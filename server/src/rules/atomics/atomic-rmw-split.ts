import type { FunctionView } from '../../analysis/view.ts';
import { atomicAccess } from '../../capi/objects.ts';
import type { Value } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { producer } from '../support/objects.ts';
import { certainty, placeOfAccess } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const atomicRmwSplit = defineRule({
  id: 'atomic-rmw-split',
  family: 'atomics',
  title: 'Atomic variable read and written back in two steps',
  severity: 'lost-update',
  supersedes: ['global-counter', 'object-field-rmw'],
  check(extension, report) {
    for (const access of extension.accesses.all) {
      const { function: view, step } = access;
      if (!access.atomic || !access.concurrent || access.locks.size > 0) continue;
      const op = view.op(step);
      const split = op?.kind === 'store' ? access.kind === 'update' : storesWhatItLoaded(view, step);
      if (!split) continue;
      const subject = view.renderPlace(access.place);
      report.at(placeOfAccess(access), {
        subject,
        message: `Another thread can change ${quote(subject)} between this load and store: its update is lost. Use one atomic_fetch_add() or an exchange loop.`,
        confidence: certainty(access),
      });
    }
  },
});

/** `atomic_store(&n, atomic_load(&n) + 1)`, also by way of a local. */
function storesWhatItLoaded(view: FunctionView, step: number): boolean {
  const op = view.op(step);
  if (op?.kind !== 'call' || atomicAccess(op.callee.name ?? '') !== 'write') return false;
  const [target, value] = op.args;
  if (target === undefined || value?.kind !== 'operation') return false;
  const path = view.path(target, step);
  const isLoad = (part: Value): boolean => {
    if (part.kind === 'operation') return part.operands.some(isLoad);
    const load = producer(view, part, step);
    const source = load?.op.args[0];
    if (load === null || source === undefined || atomicAccess(load.op.callee.name ?? '') !== 'read') return false;
    return view.path(source, load.step) === path;
  };
  return value.operands.some(isLoad);
}

import type { FunctionView } from '../../analysis/view.ts';
import { dropsReference, keptArguments, takesReference } from '../../capi/objects.ts';
import type { Op } from '../../program/model.ts';
import { defineRule, WITH_GIL_TOO } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { quote } from '../support/words.ts';

export const deallocResurrect = defineRule({
  id: 'dealloc-resurrect',
  family: 'refcounts',
  title: 'Destructor that hands out the object that it destroys',
  severity: 'crash',
  exposure: WITH_GIL_TOO,
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      if (!view.surroundings.contexts.has('dealloc') || view.surroundings.parameters[0]?.exclusive !== true) continue;
      if (isFinalizer(view.surroundings.entryPoints)) continue;
      view.body.steps.forEach(({ op }, step) => {
        if (op.kind !== 'call' || !view.isReachable(step) || op.callee.name === null) return;
        const kept = takesReference(op.callee.name) ? [0] : keptArguments(op.callee.name, op.args.length);
        const self = kept
          ?.map(index => op.args[index])
          .find(value => {
            return value !== undefined && view.path(value, step) === 'p0';
          });
        if (self === undefined) return;
        const subject = view.render(self);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `The count of ${quote(subject)} is already zero: a thread that gets it here uses freed memory. Do this in tp_finalize.`,
            confidence: takesReference(op.callee.name) && isOnlyCounted(view, step) ? 'possible' : 'likely',
          },
        );
      });
    }
  },
});

/** `tp_finalize` and `tp_del` run while the object still has an owner. */
function isFinalizer(entryPoints: readonly string[]): boolean {
  return entryPoints.some(entry => /tp_finalize|tp_del\b/.test(entry));
}

/**
 * Counted up and neither given back nor kept: so that the calls that follow do not bring the count to zero a second time, or because
 * the object is not to go at all. Nobody else gets it here.
 */
function isOnlyCounted(view: FunctionView, step: number): boolean {
  return !view.body.steps.some(({ op }, at) => at !== step && isGivenOn(view, op, at) && leads(view, step, at, -1));
}

/** The reference is dropped, which runs the destructor again, or put where others find it. */
function isGivenOn(view: FunctionView, op: Op, at: number): boolean {
  if (op.kind === 'store') return op.place.kind !== 'local' && view.path(op.value, at) === 'p0';
  if (op.kind !== 'call' || op.callee.name === null) return false;
  const given = dropsReference(op.callee.name) ? [0] : (keptArguments(op.callee.name, op.args.length) ?? []);
  return given.some(index => op.args[index] !== undefined && view.path(op.args[index], at) === 'p0');
}

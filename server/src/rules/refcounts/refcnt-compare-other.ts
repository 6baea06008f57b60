import type { FunctionView } from '../../analysis/view.ts';
import { defineRule } from '../rule.ts';
import { countTests } from '../support/counts.ts';
import { leads } from '../support/guards.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

export const refcntCompareOther = defineRule({
  id: 'refcnt-compare-other',
  family: 'refcounts',
  title: 'Decision taken by a reference count',
  severity: 'corruption',
  confidence: 'possible',
  local: true,
  check(extension, report) {
    for (const { function: view, step, branch, object, unique, limit } of countTests(extension)) {
      if (unique || visibleToOthers(view, object, step) === null) continue;
      const subject = view.render(object);
      report.at(
        { function: view, steps: [step] },
        {
          subject,
          message: `Other threads change the count of ${quote(subject)} while this decides by it: the decision may be wrong. Keep track of owners yourself.`,
          // "Nobody but the caller": callers may hold references that are not counted.
          confidence: limit !== null && limit > 1 && !view.isUnreached ? 'likely' : 'possible',
          severity: changes(view, view.path(object, step), branch) ? 'corruption' : 'info',
        },
      );
    }
  },
});

/** After the decision the function writes memory of the object: what others that have it see is damaged, not only its answer. */
function changes(view: FunctionView, object: string, decision: number): boolean {
  return view.body.steps.some(({ op }, step) => {
    if ((op.kind !== 'store' && op.kind !== 'update') || op.place.kind !== 'field') return false;
    const base = view.path(op.place.base, step);
    return (base === object || base.startsWith(`${object}>`)) && leads(view, decision, step, -1);
  });
}

import type { FunctionView } from '../../analysis/view.ts';
import { nullTest } from '../../program/values.ts';
import { defineRule } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { sureness } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const criticalSectionNullOperand = defineRule({
  id: 'critical-section-null-operand',
  family: 'critical-sections',
  title: 'Critical section on an object that is tested for NULL only afterwards',
  severity: 'crash',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      view.stepsOf('acquire').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'acquire' || op.lock.kind !== 'critical-section') return;
        for (const target of op.lock.targets) {
          const path = view.path(target, step);
          const test = target.kind === 'null' ? step : lateTest(view, step, path, view.render(target));
          if (test === null) continue;
          const subject = view.render(target);
          report.at(
            { function: view, steps: [step, test] },
            {
              subject,
              message: `${quote(subject)} may be NULL, as the test further down says: free-threaded builds crash here, others do nothing. Test it before the section.`,
              confidence: sureness(view),
              ...(test === step
                ? {}
                : { related: [{ at: { function: view, steps: [test] }, message: 'Tested for NULL here' }] }),
            },
          );
          return;
        }
      });
    }
  },
});

/**
 * A test of the same object that only comes after the section has begun, with none before. `written`: a test of another name for
 * the object (`res = inplace ? self : copy(self)`) is about what else that name may stand for.
 */
function lateTest(view: FunctionView, section: number, path: string, written: string): number | null {
  let late: number | null = null;
  let early = false;
  view.stepsOf('branch').forEach(step => {
    const op = view.op(step);
    const test = op?.kind === 'branch' ? nullTest(op.condition) : null;
    if (test === null || early || view.path(test.value, step) !== path) return;
    if (leads(view, step, section, -1)) early = true;
    else if (leads(view, section, step, -1) && view.render(test.value) === written) late ??= step;
  });
  return early || isAssigned(view, section, path) ? null : late;
}

/** The object may be another one by the time of the test. */
function isAssigned(view: FunctionView, section: number, path: string): boolean {
  return view.body.steps.some(({ op }, step) => {
    if (op.kind !== 'store' || op.place.kind !== 'field' || step < section) return false;
    return path === `${view.path(op.place.base, step)}>${op.place.field}`;
  });
}

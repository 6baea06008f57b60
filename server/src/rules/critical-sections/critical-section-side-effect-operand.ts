import type { FunctionView } from '../../analysis/view.ts';
import { resultKind } from '../../capi/objects.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

export const criticalSectionSideEffectOperand = defineRule({
  id: 'critical-section-side-effect-operand',
  family: 'critical-sections',
  title: 'Critical section whose operand does something',
  // What differs is the builds, whatever threads do.
  severity: 'info',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      view.stepsOf('acquire').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'acquire' || !op.lock.by.startsWith('Py_BEGIN_CRITICAL_SECTION')) return;
        const [target] = op.lock.targets;
        if (target === undefined || effectIn(view, step) === null) return;
        const subject = view.render(target);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Builds with the GIL drop the operand ${quote(subject)} unevaluated, free-threaded ones run it: they behave differently. Compute it before the section.`,
          },
        );
      });
    }
  },
});

/** A step of the operand that is more than a look at something. Null: there is none. */
function effectIn(view: FunctionView, section: number): number | null {
  const start = view.step(section)?.statement.start;
  // All of a function that a macro writes out stands in one place.
  if (view.stepsOf('return').some(step => view.step(step)?.statement.start === start)) return null;
  for (let step = section - 1; step > 0 && view.step(step)?.statement.start === start; step--) {
    const op = view.op(step);
    if (op?.kind === 'update') return step;
    if (op?.kind !== 'call' || op.callee.name === null) continue;
    if (op.callee.name.endsWith('NewRef')) return step;
    if (view.semantics.callee(step)?.kind === 'project' && resultKind(op.callee.name) !== 'same-as-argument')
      return step;
  }
  return null;
}

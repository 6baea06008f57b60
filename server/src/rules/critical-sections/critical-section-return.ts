import { defineRule } from '../rule.ts';
import { isScoped, lockedObject, lockingFunctions, ownSections } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const criticalSectionReturn = defineRule({
  id: 'critical-section-return',
  family: 'critical-sections',
  title: 'Return out of a critical section',
  severity: 'deadlock',
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      view.stepsOf('return').forEach(step => {
        const op = view.op(step);
        const open = op?.kind === 'return' ? ownSections(view, step).filter(isScoped).at(-1) : undefined;
        if (open === undefined) return;
        const subject = lockedObject(view, open);
        report.at(
          { function: view, steps: [step, open.step] },
          {
            subject,
            message: `This returns with ${quote(subject)} still locked: the next thread waits for ever. Keep the result, end the section, then return.`,
            related: [{ at: { function: view, steps: [open.step] }, message: 'The section begins here' }],
          },
        );
      });
    }
  },
});

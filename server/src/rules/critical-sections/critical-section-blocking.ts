import { defineRule } from '../rule.ts';
import { lockedObject, lockingFunctions, ownSections } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const criticalSectionBlocking = defineRule({
  id: 'critical-section-blocking',
  family: 'critical-sections',
  title: 'Thread detached inside of a critical section',
  severity: 'info',
  group: 'pedantic',
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      view.stepsOf('detach').forEach(step => {
        const op = view.op(step);
        const open = op?.kind === 'detach' ? ownSections(view, step).at(-1) : undefined;
        if (op?.kind !== 'detach' || open === undefined) return;
        const subject = lockedObject(view, open);
        report.at(
          { function: view, steps: [step, open.step] },
          {
            subject,
            message: `\`${op.by}\` gives up the lock on ${quote(subject)} until the thread is back: other threads change it meanwhile. Read again what was read before.`,
          },
        );
      });
    }
  },
});

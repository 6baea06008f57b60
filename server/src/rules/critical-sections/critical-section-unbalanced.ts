import { defineRule } from '../rule.ts';
import { ownSections } from '../support/sections.ts';

const TWO = /SECTION2/;

export const criticalSectionUnbalanced = defineRule({
  id: 'critical-section-unbalanced',
  family: 'critical-sections',
  title: 'Beginning and end of a critical section that do not belong together',
  severity: 'compile',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      view.stepsOf('release').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'release' || !/^Py_END_CRITICAL_SECTION2?$/.test(op.lock.by)) return;
        const open = ownSections(view, step).at(-1);
        const begins = view.body.steps.some(
          one => one.op.kind === 'acquire' && one.op.lock.kind === 'critical-section',
        );
        const wrong =
          open === undefined ? !begins : open.by.startsWith('Py_BEGIN') && TWO.test(open.by) !== TWO.test(op.lock.by);
        if (!wrong) return;
        report.at(
          { function: view, steps: [step] },
          {
            subject: op.lock.by,
            message:
              open === undefined
                ? `\`${op.lock.by}\` ends a section that this function does not begin: free-threaded builds do not compile. Begin it in the same block.`
                : `\`${op.lock.by}\` does not end a section begun by \`${open.by}\`: free-threaded builds do not compile. Use the matching pair.`,
          },
        );
      });
    }
  },
});

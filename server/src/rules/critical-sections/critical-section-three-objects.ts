import { defineRule } from '../rule.ts';
import { lockingFunctions, ownSections, sureness } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const criticalSectionThreeObjects = defineRule({
  id: 'critical-section-three-objects',
  family: 'critical-sections',
  title: 'Critical sections on more than two objects',
  severity: 'lost-update',
  supersedes: ['critical-section-nested'],
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      view.stepsOf('acquire').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'acquire' || op.lock.kind !== 'critical-section') return;
        const targets = op.lock.targets.map(target => view.path(target, step));
        const held = ownSections(view, step);
        const outer = held[0];
        if (outer === undefined || new Set([...held.map(lock => lock.path), ...targets]).size < 3) return;
        const subject = op.lock.targets[0] === undefined ? op.lock.by : view.render(op.lock.targets[0]);
        report.at(
          { function: view, steps: [step, outer.step] },
          {
            subject,
            message: `Sections lock two objects at most: waiting for ${quote(subject)} gives up the others, which other threads then change. Use one PyMutex.`,
            confidence: sureness(view),
            related: [{ at: { function: view, steps: [outer.step] }, message: 'The outer section begins here' }],
          },
        );
      });
    }
  },
});

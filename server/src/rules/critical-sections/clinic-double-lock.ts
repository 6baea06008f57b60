import { defineRule } from '../rule.ts';
import { lockingFunctions } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const clinicDoubleLock = defineRule({
  id: 'clinic-double-lock',
  family: 'critical-sections',
  title: 'Object locked again that Argument Clinic has locked already',
  severity: 'info',
  group: 'pedantic',
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      if (view.body.facts.clinicCriticalSection === undefined) continue;
      view.stepsOf('acquire').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'acquire' || op.lock.kind !== 'critical-section') return;
        const held = view.semantics.locks.heldAt(step).filter(lock => lock.by === '@critical_section');
        const target = op.lock.targets.find(value => held.some(lock => lock.path === view.path(value, step)));
        if (target === undefined) return;
        const subject = view.render(target);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `@critical_section holds ${quote(subject)} already; on Python 3.13 locking it again lets other threads in for a moment. Drop this section.`,
          },
        );
      });
    }
  },
});

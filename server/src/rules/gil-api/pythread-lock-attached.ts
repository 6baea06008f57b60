import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { lockingFunctions } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const pythreadLockAttached = defineRule({
  id: 'pythread-lock-attached',
  family: 'gil-api',
  title: 'PyThread lock waited for with the thread attached',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  confidence: 'possible',
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      view.stepsOf('acquire').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'acquire' || op.lock.by !== 'PyThread_acquire_lock' || view.detachedAt(step)) return;
        if (!view.surroundings.contexts.has('python')) return;
        const [lock] = op.lock.targets;
        const subject = lock === undefined ? 'the lock' : view.render(lock);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Waiting for ${quote(subject)} keeps the thread attached; its holder may be waiting for this thread to let go: deadlock. Use a PyMutex.`,
          },
        );
      });
    }
  },
});

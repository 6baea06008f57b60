import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { lockedObject, lockingFunctions, ownLocks } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const pymutexNotReleased = defineRule({
  id: 'pymutex-not-released',
  family: 'critical-sections',
  title: 'Return with a mutex locked that other ways out unlock',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      const unlocked = new Set<string>();
      view.stepsOf('release').forEach(step => {
        const op = view.op(step);
        if (op?.kind === 'release') for (const target of op.lock.targets) unlocked.add(view.path(target, step));
      });
      view.stepsOf('return').forEach(step => {
        if (view.op(step)?.kind !== 'return') return;
        // A helper that only locks leaves the unlocking to its callers.
        const left = ownLocks(view, step).find(
          lock => lock.kind === 'mutex' && /mutex/i.test(lock.by) && unlocked.has(lock.path),
        );
        if (left === undefined) return;
        const subject = lockedObject(view, left).replace(/^&/, '');
        report.at(
          { function: view, steps: [step, left.step] },
          {
            subject,
            message: `This returns with ${quote(subject)} locked, and every thread that locks it later waits for ever. Unlock it before this return as well.`,
            related: [{ at: { function: view, steps: [left.step] }, message: 'Locked here' }],
          },
        );
      });
    }
  },
});

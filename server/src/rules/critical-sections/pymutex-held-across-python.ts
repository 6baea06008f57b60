import { dropsReference } from '../../capi/objects.ts';
import { runsPython } from '../../capi/python-calls.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { lockedObject, lockingFunctions, ownLocks, sureness } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const pymutexHeldAcrossPython = defineRule({
  id: 'pymutex-held-across-python',
  family: 'critical-sections',
  title: 'Python code run while a mutex is held',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      const seen = new Set<number>();
      view.stepsOf('call').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'call' || op.callee.name === null) return;
        const { name } = op.callee;
        const held = ownLocks(view, step).find(lock => lock.kind === 'mutex');
        if (held === undefined || seen.has(held.step) || view.suspends(step) !== 'python') return;
        const callee = view.semantics.callee(step);
        const runs = callee?.kind === 'project' ? callee.summary.runsPython : runsPython(name);
        if (!runs && !dropsReference(name)) return;
        seen.add(held.step);
        const subject = lockedObject(view, held).replace(/^&/, '');
        report.at(
          { function: view, steps: [step, held.step] },
          {
            subject,
            message: `\`${name}()\` may run Python code that wants ${quote(subject)} again, in this thread or in one it waits for: deadlock. Unlock before the call.`,
            confidence: runs ? sureness(view) : 'possible',
            related: [{ at: { function: view, steps: [held.step] }, message: 'Locked here' }],
          },
        );
      });
    }
  },
});

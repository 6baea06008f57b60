import { runsPython } from '../../capi/python-calls.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { lockedObject, lockingFunctions, ownLocks, sureness } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const nativeLockAcrossPython = defineRule({
  id: 'native-lock-across-python',
  family: 'gil-api',
  title: 'Python code run while a native lock is held',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      const seen = new Set<number>();
      view.stepsOf('call').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'call' || op.callee.name === null || !runsPython(op.callee.name)) return;
        const held = ownLocks(view, step).find(lock => lock.kind === 'native');
        if (held === undefined || seen.has(held.step) || view.detachedAt(step)) return;
        seen.add(held.step);
        const subject = lockedObject(view, held).replace(/^&/, '');
        report.at(
          { function: view, steps: [step, held.step] },
          {
            subject,
            message: `\`${op.callee.name}()\` may wait for a thread that waits for ${quote(subject)} in turn: deadlock, with the GIL too. Unlock before the call.`,
            confidence: sureness(view),
            related: [{ at: { function: view, steps: [held.step] }, message: 'Locked here' }],
          },
        );
      });
    }
  },
});

import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { switches } from '../support/attached.ts';
import { lockedObject, lockingFunctions, ownLocks, sureness } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const nativeLockThenAttach = defineRule({
  id: 'native-lock-then-attach',
  family: 'gil-api',
  title: 'Thread attached while it holds a native lock',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      // PyThread locks are waited for detached and held attached: that is how they are meant to be used.
      for (const step of switches(view, 'attach')) {
        const held = ownLocks(view, step).find(lock => lock.kind === 'native' && !lock.by.startsWith('PyThread_'));
        if (held === undefined) continue;
        // Locked while attached: the other order is the problem of who locks.
        if (!view.detachedAt(held.step) && !view.surroundings.contexts.has('callback')) continue;
        const subject = lockedObject(view, held).replace(/^&/, '');
        report.at(
          { function: view, steps: [step, held.step] },
          {
            subject,
            message: `Attaching may wait for a thread that holds the GIL or stops the world and wants ${quote(subject)}: deadlock. Unlock first.`,
            confidence: sureness(view),
            related: [{ at: { function: view, steps: [held.step] }, message: 'Locked here' }],
          },
        );
      }
    }
  },
});

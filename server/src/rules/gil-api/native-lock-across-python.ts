import type { Extension } from '../../analysis/extension.ts';
import type { HeldLock } from '../../analysis/locks.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { THREAD_IDENTITY } from '../../capi/blocking.ts';
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
            confidence: isOwnerKnown(extension, view, held) ? 'possible' : sureness(view),
            related: [{ at: { function: view, steps: [held.step] }, message: 'Locked here' }],
          },
        );
      });
    }
  },
});

/**
 * The thread that has the lock is turned back when it comes again, and others let go of their thread state while they wait: a wait for
 * ever takes two such locks, taken in different orders.
 */
function isOwnerKnown(extension: Extension, view: FunctionView, held: HeldLock): boolean {
  const taking = view.op(held.step)?.kind === 'acquire' ? view : extension.calleeOf(view, held.step);
  if (taking === undefined) return false;
  const waits = taking.stepsOf('acquire').filter(step => {
    const op = taking.op(step);
    return op?.kind === 'acquire' && op.lock.kind === 'native';
  });
  const asksWho = taking.stepsOf('call').some(step => {
    const op = taking.op(step);
    return op?.kind === 'call' && op.callee.name !== null && THREAD_IDENTITY.has(op.callee.name);
  });
  return asksWho && waits.length > 0 && waits.every(step => taking.detachedAt(step));
}

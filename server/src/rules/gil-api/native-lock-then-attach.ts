import type { Extension } from '../../analysis/extension.ts';
import type { HeldLock } from '../../analysis/locks.ts';
import { isAbsolute } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
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
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      // PyThread locks are waited for detached and held attached: that is how they are meant to be used.
      for (const step of switches(view, 'attach')) {
        const held = ownLocks(view, step).find(lock => lock.kind === 'native' && !lock.by.startsWith('PyThread_'));
        if (held === undefined) continue;
        // Locked while attached: the other order is the problem of who locks.
        const isDetached = view.detachedAt(held.step);
        if (!isDetached && !view.surroundings.contexts.has('callback')) continue;
        if (isDetached && isAlwaysWaitedForDetached(extension, held)) continue;
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

/**
 * Everybody who takes the lock lets go of the thread state first, this function too: nobody keeps this thread from attaching
 * while it waits for the lock. Who takes a lock that is known by its member alone may be out of sight.
 */
function isAlwaysWaitedForDetached(extension: Extension, lock: HeldLock): boolean {
  const takers = lockingFunctions(extension).flatMap(view =>
    takings(view)
      .filter(one => isSame(one, lock))
      .map(({ step }) => ({ view, detached: view.detachedAt(step) })),
  );
  const isInSight = isAbsolute(lock.path) || new Set(takers.map(({ view }) => view)).size > 1;
  return isInSight && takers.length > 0 && takers.every(({ detached }) => detached);
}

/** Locks as they are held right after the function took them. */
function takings(view: FunctionView): HeldLock[] {
  return view.stepsOf('acquire').flatMap(step => {
    const next = view.step(step)?.next[0] ?? -1;
    return ownLocks(view, next).filter(lock => lock.step === step);
  });
}

function isSame(a: HeldLock, b: HeldLock): boolean {
  return a.member === null ? a.path === b.path && isAbsolute(a.path) : a.member === b.member;
}

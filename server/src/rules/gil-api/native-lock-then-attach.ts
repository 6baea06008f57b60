import type { Extension } from '../../analysis/extension.ts';
import type { HeldLock } from '../../analysis/locks.ts';
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
        if (isDetached && isAlwaysWaitedForDetached(extension, held, view)) continue;
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
 * Other functions take the lock too, and every one of them lets go of its thread state first: nobody keeps this thread from
 * attaching while it waits for the lock. Of a lock that only one function takes nothing is known.
 */
function isAlwaysWaitedForDetached(extension: Extension, lock: HeldLock, here: FunctionView): boolean {
  const others = lockingFunctions(extension)
    .filter(view => view !== here)
    .flatMap(view =>
      takings(view)
        .filter(one => isSame(one, lock))
        .map(({ step }) => view.detachedAt(step)),
    );
  return others.length > 0 && others.every(Boolean);
}

/** Locks as they are held right after the function took them. */
function takings(view: FunctionView): HeldLock[] {
  return view.stepsOf('acquire').flatMap(step => {
    const next = view.step(step)?.next[0] ?? -1;
    return ownLocks(view, next).filter(lock => lock.step === step);
  });
}

function isSame(a: HeldLock, b: HeldLock): boolean {
  return a.member === null ? a.path === b.path && a.path.startsWith('g:') : a.member === b.member;
}

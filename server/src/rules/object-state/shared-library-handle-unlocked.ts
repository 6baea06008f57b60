import type { Confidence } from '../finding.ts';
import { defineRule } from '../rule.ts';
import { type HandleUse, handleUses } from '../support/handles.ts';
import { quote } from '../support/words.ts';

export const sharedLibraryHandleUnlocked = defineRule({
  id: 'shared-library-handle-unlocked',
  family: 'object-state',
  title: 'Library handle of a shared object used by several threads without a lock',
  severity: 'crash',
  check(extension, report) {
    for (const [key, uses] of handleUses(extension)) {
      const changing = uses.filter(use => use.changes);
      if (changing.length === 0) continue;
      const seen = new Set<number>();
      // The use that changes something is the one to show.
      for (const use of [...changing, ...uses]) {
        if (use.locked || seen.has(use.function.id)) continue;
        seen.add(use.function.id);
        const other = changing.find(one => one.function !== use.function);
        const place = other === undefined ? undefined : { function: other.function, steps: [other.step] as const };
        report.at(
          { function: use.function, steps: stepsOf(use, uses) },
          {
            subject: use.subject,
            message: `Another thread can call ${quote(`${changing[0]?.call}()`)} on ${quote(use.subject)} meanwhile: its state breaks. Lock the object around each use.`,
            confidence: sureness(use, changing),
            owner: structOf(key),
            ...(place === undefined
              ? {}
              : { other: place, related: [{ at: place, message: `\`${other?.function.name}\` uses it here` }] }),
          },
        );
      }
    }
  },
});

/** `Hasher` of `Hasher.state`: the lock that guards the handle is the object's. */
function structOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.'));
}

/** All unlocked uses of the handle in the same function: one lock cures them. */
function stepsOf(use: HandleUse, uses: readonly HandleUse[]): [number, ...number[]] {
  const more = uses.filter(one => one.function === use.function && one.step !== use.step && !one.locked);
  return [use.step, ...more.map(one => one.step)];
}

/**
 * Sure for listed libraries and for C++ objects with methods that change them; other names are a guess. So is what a C++ class
 * does with objects that are not its own: they may well be this thread's.
 */
function sureness(use: HandleUse, changing: readonly HandleUse[]): Confidence {
  if (use.function.isUnreached) return 'possible';
  if (use.method) return use.isPlain && !use.ofOthers ? 'likely' : 'possible';
  return use.library !== null || changing.some(one => one.library !== null) ? 'likely' : 'possible';
}

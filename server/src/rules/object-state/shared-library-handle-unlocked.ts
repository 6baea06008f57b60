import type { Confidence } from '../finding.ts';
import { defineRule, type Place } from '../rule.ts';
import { type HandleUse, handleUses } from '../support/handles.ts';
import { quote } from '../support/words.ts';

export const sharedLibraryHandleUnlocked = defineRule({
  id: 'shared-library-handle-unlocked',
  family: 'object-state',
  title: 'Library handle of a shared object used by several threads without a lock',
  severity: 'crash',
  check(extension, report) {
    for (const uses of handleUses(extension).values()) {
      const changing = uses.filter(use => use.changes);
      if (changing.length === 0) continue;
      const byFunction = new Map<number, HandleUse>();
      // The use that changes something is the one to show.
      for (const use of [...changing, ...uses]) {
        const { id } = use.function.function;
        if (!use.locked && !byFunction.has(id)) byFunction.set(id, use);
      }
      const unlocked = [...byFunction.values()];
      const shown = unlocked.length > FEW ? unlocked.slice(0, 1) : unlocked;
      for (const use of shown) {
        const others =
          unlocked.length > FEW ? unlocked.slice(1) : changing.filter(one => one.function !== use.function);
        const [other] = others.map(one => ({ function: one.function, steps: [one.step] as const }));
        const called = quote(`${changing[0]?.call}()`);
        report.at(
          { function: use.function, steps: stepsOf(use, uses) },
          {
            subject: use.subject,
            message:
              unlocked.length > FEW
                ? `${unlocked.length} functions use ${quote(use.subject)} without a lock, ${called} among them: its state breaks. Lock the object around each use.`
                : `Another thread can call ${called} on ${quote(use.subject)} meanwhile: its state breaks. Lock the object around each use.`,
            confidence: sureness(use, changing),
            ...(other === undefined
              ? {}
              : { other, related: related(unlocked.length > FEW ? others : others.slice(0, 1)) }),
          },
        );
      }
    }
  },
});

/** A handle that more functions than these use without a lock was never locked: that is told once, for all of them. */
export const FEW = 8;

function related(uses: readonly HandleUse[]): { at: Place; message: string }[] {
  return uses.map(use => ({
    at: { function: use.function, steps: [use.step] },
    message: `\`${use.function.name}\` uses it here`,
  }));
}

/** All unlocked uses of the handle in the same function: one lock cures them. */
function stepsOf(use: HandleUse, uses: readonly HandleUse[]): [number, ...number[]] {
  const more = uses.filter(one => one.function === use.function && one.step !== use.step && !one.locked);
  return [use.step, ...more.map(one => one.step)];
}

/** Sure for listed libraries and for C++ objects with methods that change them; other names are a guess. */
function sureness(use: HandleUse, changing: readonly HandleUse[]): Confidence {
  if (use.function.isUnreached) return 'possible';
  return use.method || use.library !== null || changing.some(one => one.library !== null) ? 'likely' : 'possible';
}

import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { parameterOf, rootOf } from '../../analysis/paths.ts';
import { defineRule } from '../rule.ts';
import { certainty, otherEnd, racingAccesses, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const twoObjectsUnlocked = defineRule({
  id: 'two-objects-unlocked',
  family: 'object-state',
  title: 'Second object of an operation used while only the first one is locked',
  severity: 'crash',
  supersedes: ['object-field-read-unlocked', 'field-buffer-realloc', 'object-field-rmw', 'multi-field-invariant'],
  check(extension, report) {
    const told = new Set<string>();
    for (const racing of racingAccesses(extension, access => lockedInstead(extension, access) !== null)) {
      const { access } = racing;
      const locked = lockedInstead(extension, access);
      const key = `${access.function.id} ${access.base}`;
      if (locked === null || told.has(key)) continue;
      told.add(key);
      report.at(
        { function: access.function, steps: [access.step] },
        {
          subject: subjectOf(access),
          message: `Only ${quote(locked)} is locked here: another thread can change ${quote(subjectOf(access))} meanwhile. Lock both: Py_BEGIN_CRITICAL_SECTION2().`,
          confidence: certainty(access),
          ...otherEnd(racing),
        },
      );
    }
  },
});

/** The parameter of the same type that a critical section is held on, while this one is without a lock. */
function lockedInstead(
  extension: Extension,
  { function: view, base, struct, step, locks, concurrent }: Access,
): string | null {
  if (parameterOf(base) === null || struct === null || !concurrent || locks.size > 0) return null;
  if (extension.linker.struct(struct)?.isObject !== true) return null;
  for (const lock of view.locksAt(step)) {
    const other = lock.kind === 'critical-section' ? parameterOf(lock.path) : null;
    const local = other === null ? undefined : view.body.locals[other];
    if (local === undefined || rootOf(lock.path) === base || lock.step < 0) continue;
    return local.name;
  }
  return null;
}

import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { freeListRole } from '../support/free-lists.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const globalCounter = defineRule({
  id: 'global-counter',
  family: 'globals',
  title: 'Global counter changed by several threads without a lock',
  severity: 'lost-update',
  exposure: PROCESS_WIDE,
  check(extension, report) {
    const updates = racingAccesses(extension, access => {
      if (access.struct !== null || access.kind !== 'update' || access.atomic || access.type?.pointers !== 0)
        return false;
      return !access.type.array && freeListRole(extension, access) === null;
    });
    for (const racing of updates) {
      const { access } = racing;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Two threads can update the global ${quote(subject)} at once: counts get lost, ids repeat. Make it atomic, or lock a mutex.`,
        confidence: isReportedAtExit(extension, access) ? 'possible' : certainty(access),
        ...otherEnd(racing),
      });
    }
  },
});

/** Only read where no other thread runs any more: a statistic that the process prints when it ends. */
function isReportedAtExit(extension: Extension, { key }: Access): boolean {
  const reads = extension.accesses.of(key).filter(one => one.kind === 'read');
  return reads.length > 0 && reads.every(one => !one.concurrent);
}

import type { Access } from '../../analysis/accesses.ts';
import { defineRule } from '../rule.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const criticalSectionWrongObject = defineRule({
  id: 'critical-section-wrong-object',
  family: 'critical-sections',
  title: 'One datum guarded by different locks in different places',
  severity: 'corruption',
  supersedes: ['object-field-rmw', 'global-counter'],
  check(extension, report) {
    // Through chains of pointers two names may be one object, and two locks one lock.
    const locked = (access: Access): boolean =>
      access.locks.size > 0 && !access.atomic && (access.base === null || !access.base.includes('>'));
    const seen = new Set<string>();
    for (const racing of racingAccesses(extension, locked, locked)) {
      const { access } = racing;
      if (seen.has(access.key)) continue;
      seen.add(access.key);
      const subject = access.function.renderPlaceOf(access.step);
      report.at(placeOfAccess(access), {
        subject,
        message: `Another thread reaches ${quote(subject)} under a different lock, so neither keeps the other out and it is torn. Use one lock for it everywhere.`,
        confidence: certainty(access),
        ...otherEnd(racing),
      });
    }
  },
});

import { defineRule } from '../rule.ts';
import { certainty, groupHazard, subjectOf } from '../support/pairs.ts';
import { referenceRaces } from '../support/reference-races.ts';
import { quote } from '../support/words.ts';

export const objectFieldReadUnlocked = defineRule({
  id: 'object-field-read-unlocked',
  family: 'object-state',
  title: 'Reference read from a shared object while another thread may replace it',
  severity: 'crash',
  check(extension, report) {
    for (const group of referenceRaces(extension).reads) {
      const [{ access }] = group;
      const subject = subjectOf(access);
      const { place, ...hazard } = groupHazard(group);
      report.at(place, {
        subject,
        message: `Another thread can replace ${quote(subject)} and free the old object while this one uses it. Take a reference under a lock.`,
        confidence: certainty(access),
        ...hazard,
      });
    }
  },
});

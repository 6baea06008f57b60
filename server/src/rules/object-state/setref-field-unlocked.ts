import { defineRule } from '../rule.ts';
import { certainty, groupHazard, subjectOf } from '../support/pairs.ts';
import { referenceRaces } from '../support/reference-races.ts';
import { opened } from '../support/windows.ts';
import { quote } from '../support/words.ts';

export const setrefFieldUnlocked = defineRule({
  id: 'setref-field-unlocked',
  family: 'object-state',
  title: 'Reference in a shared object replaced without a lock',
  severity: 'crash',
  supersedes: ['object-field-read-unlocked', 'lazy-init-field'],
  check(extension, report) {
    for (const group of referenceRaces(extension).replacements) {
      const [{ access }] = group;
      const subject = subjectOf(access);
      const { place, ...hazard } = opened(group[0], groupHazard(group));
      report.at(place, {
        subject,
        message: `Two threads can replace ${quote(subject)} at once and both release the old object: freed twice. Lock the object around it.`,
        confidence: certainty(access),
        ...hazard,
      });
    }
  },
});

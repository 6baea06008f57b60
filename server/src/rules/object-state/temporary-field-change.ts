import { defineRule, WITH_GIL_TOO } from '../rule.ts';
import { certainty, otherEnd, subjectOf } from '../support/pairs.ts';
import { turnedBack } from '../support/turned-back.ts';
import { quote } from '../support/words.ts';

export const temporaryFieldChange = defineRule({
  id: 'temporary-field-change',
  family: 'object-state',
  title: 'Field of a shared object changed for the time of a call',
  severity: 'corruption',
  exposure: WITH_GIL_TOO,
  supersedes: ['plain-flag-signalling'],
  check(extension, report) {
    for (const { set, back, test } of turnedBack(extension)) {
      if (test !== null) continue;
      // Somebody else has to depend on it.
      const partners = extension.accesses.conflicts(set, one => one.kind === 'read' && one.function !== set.function);
      if (partners.length === 0) continue;
      const subject = subjectOf(set);
      report.at(
        { function: set.function, steps: [set.step, back.step] },
        {
          subject,
          message: `Until ${quote(subject)} is set back, other threads work with a value that is not theirs. Pass the value to the call, or lock the object.`,
          confidence: certainty(set),
          ...otherEnd({ access: set, partners }),
        },
      );
    }
  },
});

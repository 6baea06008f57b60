import { defineRule } from '../rule.ts';
import { certainty, subjectOf } from '../support/pairs.ts';
import { turnedBack } from '../support/turned-back.ts';
import { windowOf } from '../support/windows.ts';
import { quote } from '../support/words.ts';

export const reentrancyFlag = defineRule({
  id: 'reentrancy-flag',
  family: 'object-state',
  title: 'Flag against being entered twice that two threads can both find clear',
  severity: 'corruption',
  supersedes: ['lazy-init-field', 'plain-flag-signalling', 'object-field-read-unlocked'],
  check(extension, report) {
    for (const { set, back, test } of turnedBack(extension)) {
      const partners = extension.accesses.conflicts(set);
      if (test === null || partners.length === 0) continue;
      const subject = subjectOf(set);
      report.at(
        { function: set.function, steps: [set.step, test, back.step] },
        {
          subject,
          message: `Two threads can both find ${quote(subject)} clear and go on: what it keeps apart runs twice at once. Take a lock, or exchange it atomically.`,
          confidence: certainty(set),
          ...windowOf({ access: set, partners }),
        },
      );
    }
  },
});

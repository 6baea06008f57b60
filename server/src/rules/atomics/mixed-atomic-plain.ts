import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const mixedAtomicPlain = defineRule({
  id: 'mixed-atomic-plain',
  family: 'atomics',
  title: 'Variable used atomically in one place and plainly in another',
  severity: 'lost-update',
  exposure: PROCESS_WIDE,
  supersedes: [
    'allow-threads-shared-field',
    'global-counter',
    'global-config-flag',
    'object-field-rmw',
    'object-field-read-unlocked',
    'plain-flag-signalling',
    'volatile-as-sync',
  ],
  check(extension, report) {
    // What an atomic access guards is one word: what a pointer leads to has accesses of its own.
    const plain = racingAccesses(
      extension,
      access => !access.atomic && !access.key.endsWith('[]'),
      partner => partner.atomic,
    );
    for (const racing of plain) {
      const { access } = racing;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Others use ${quote(subject)} atomically, this does not: the value read or written here can be stale or lost. Make it atomic as well.`,
        confidence: certainty(access),
        ...otherEnd(racing),
      });
    }
  },
});

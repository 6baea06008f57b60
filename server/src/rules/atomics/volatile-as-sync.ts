import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const volatileAsSync = defineRule({
  id: 'volatile-as-sync',
  family: 'atomics',
  title: 'Variable shared by threads that is volatile instead of atomic',
  severity: 'lost-update',
  exposure: PROCESS_WIDE,
  supersedes: [
    'allow-threads-shared-field',
    'global-counter',
    'global-config-flag',
    'object-field-rmw',
    'object-field-read-unlocked',
  ],
  check(extension, report) {
    const racing = racingAccesses(extension, ({ type, atomic }) => {
      // `volatile T *p` says something of what p points to. Signal handlers have a type of their own.
      return !atomic && type !== null && type.volatile && type.pointers === 0 && type.base !== 'sig_atomic_t';
    });
    for (const one of racing) {
      const { access } = one;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Threads share ${quote(subject)}, but volatile neither makes updates whole nor orders memory. Make it _Atomic, or lock a mutex.`,
        confidence: certainty(access),
        ...otherEnd(one),
        owner: access.struct ?? access.key,
      });
    }
  },
});

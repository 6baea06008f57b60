import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const deallocGlobalState = defineRule({
  id: 'dealloc-global-state',
  family: 'type-slots',
  title: 'Destructor that changes a global without a lock',
  severity: 'corruption',
  exposure: PROCESS_WIDE,
  supersedes: ['global-counter'],
  check(extension, report) {
    const inDestructors = racingAccesses(extension, access => {
      const { contexts } = access.function.surroundings;
      return access.struct === null && access.kind === 'update' && !access.atomic && contexts.has('dealloc');
    });
    for (const racing of inDestructors) {
      const { access } = racing;
      const subject = access.function.renderPlaceOf(access.step);
      report.at(placeOfAccess(access), {
        subject,
        message: `Destructors run in any thread, several at once: updates of ${quote(subject)} get lost. Make it atomic, or lock a mutex.`,
        confidence: certainty(access),
        ...otherEnd(racing),
      });
    }
  },
});

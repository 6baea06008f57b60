import { defineRule } from '../rule.ts';
import { insideGilState } from '../support/attached.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const gilstateAsLock = defineRule({
  id: 'gilstate-as-lock',
  family: 'gil-api',
  title: 'PyGILState_Ensure used to guard C state',
  severity: 'corruption',
  supersedes: [
    'global-counter',
    'global-c-structure',
    'global-config-flag',
    'function-static-state',
    'object-field-rmw',
  ],
  check(extension, report) {
    const guarded = racingAccesses(extension, access => {
      return (
        access.kind !== 'read' &&
        !access.atomic &&
        access.locks.size === 0 &&
        insideGilState(access.function, access.step)
      );
    });
    for (const racing of guarded) {
      const { access } = racing;
      const subject = access.function.renderPlaceOf(access.step);
      report.at(placeOfAccess(access), {
        subject,
        message: `PyGILState_Ensure() keeps nobody out without the GIL: two threads change ${quote(subject)} at once. Lock a PyMutex around it.`,
        confidence: certainty(access),
        ...otherEnd(racing),
      });
    }
  },
});

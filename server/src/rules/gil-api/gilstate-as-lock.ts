import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { defineRule } from '../rule.ts';
import { insideGilState } from '../support/attached.ts';
import { variableOf } from '../support/globals.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses } from '../support/pairs.ts';
import { isObjectPointer } from '../support/references.ts';
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
        !isOwnObject(extension, access) &&
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

/** An object in a static of the function: the call is there for the object's sake, and a local would do. */
function isOwnObject(extension: Extension, access: Access): boolean {
  return isObjectPointer(extension, access.type) && variableOf(access)?.inFunction != null;
}

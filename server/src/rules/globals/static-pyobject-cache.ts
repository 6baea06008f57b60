import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { certainty, otherEnd, racingAccesses } from '../support/pairs.ts';
import { fills, initGuard, isObjectPointer } from '../support/references.ts';
import { quote } from '../support/words.ts';

export const staticPyobjectCache = defineRule({
  id: 'static-pyobject-cache',
  family: 'globals',
  title: 'Static object pointer filled on first use without a lock',
  severity: 'crash',
  exposure: PROCESS_WIDE,
  check(extension, report) {
    const stores = racingAccesses(extension, access => {
      return (
        access.struct === null && access.kind === 'write' && isObjectPointer(extension, access.type) && fills(access)
      );
    });
    for (const racing of stores) {
      const { access } = racing;
      const guard = initGuard(access);
      if (guard === null) continue;
      const subject = access.function.renderPlaceOf(access.step);
      report.at(
        { function: access.function, steps: [access.step, guard] },
        {
          subject,
          message: `Two threads can both find ${quote(subject)} NULL and create it: one object leaks or is lost in use. Create it at module init.`,
          confidence: certainty(access),
          ...otherEnd(racing),
        },
      );
    }
  },
});

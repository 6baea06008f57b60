import { defineRule } from '../rule.ts';
import { certainty, otherEnd, racingAccesses, subjectOf } from '../support/pairs.ts';
import { fills, initGuard } from '../support/references.ts';
import { quote } from '../support/words.ts';

export const lazyInitField = defineRule({
  id: 'lazy-init-field',
  family: 'object-state',
  title: 'Field of a shared object filled on first use without a lock',
  severity: 'crash',
  supersedes: ['object-field-read-unlocked'],
  check(extension, report) {
    const stores = racingAccesses(
      extension,
      access => access.struct !== null && access.kind === 'write' && fills(access),
    );
    for (const racing of stores) {
      const { access } = racing;
      const guard = initGuard(access);
      if (guard === null) continue;
      const subject = subjectOf(access);
      const pointer = (access.type?.pointers ?? 1) > 0;
      report.at(
        { function: access.function, steps: [access.step, guard] },
        {
          subject,
          message: `Two threads can both find ${quote(subject)} empty and fill it: one result leaks or is freed in use. Test and set under a lock.`,
          confidence: pointer ? certainty(access) : 'possible',
          severity: pointer ? 'crash' : 'lost-update',
          ...otherEnd(racing),
        },
      );
    }
  },
});

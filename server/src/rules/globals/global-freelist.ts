import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { freeListRole } from '../support/free-lists.ts';
import { isModuleTeardown } from '../support/globals.ts';
import { certainty, otherEnd, racingAccesses, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const globalFreelist = defineRule({
  id: 'global-freelist',
  family: 'globals',
  title: 'Free list that all threads share without a lock',
  severity: 'crash',
  exposure: PROCESS_WIDE,
  supersedes: ['global-c-structure', 'global-counter', 'static-pyobject-cache'],
  check(extension, report) {
    const moves = racingAccesses(extension, access => {
      const role = freeListRole(extension, access);
      return (role === 'push' || role === 'pop') && !isModuleTeardown(access);
    });
    for (const racing of moves) {
      const { access } = racing;
      const { function: view } = access;
      const levels = extension.accesses
        .ofFunction(view)
        .filter(one => freeListRole(extension, one) === 'level' && one.kind !== 'read')
        .map(one => one.step);
      const list = quote(access.name);
      report.at(
        { function: view, steps: [access.step, ...levels] },
        {
          subject: subjectOf(access),
          message:
            freeListRole(extension, access) === 'pop'
              ? `Two threads can take the same entry from the free list ${list}: two owners of one object. Make it thread-local, or lock a mutex.`
              : `Two threads can put entries into one slot of the free list ${list}: it is corrupted. Make it thread-local, or lock a mutex.`,
          confidence: certainty(access),
          ...otherEnd(racing),
        },
      );
    }
  },
});

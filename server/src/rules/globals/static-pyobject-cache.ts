import type { Access } from '../../analysis/accesses.ts';
import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { certainty, racingAccesses, subjectOf } from '../support/pairs.ts';
import { dropsOldValue, fills, initGuard, isFilledAtImport, isObjectPointer } from '../support/references.ts';
import { windowOf } from '../support/windows.ts';
import { quote } from '../support/words.ts';

export const staticPyobjectCache = defineRule({
  id: 'static-pyobject-cache',
  family: 'globals',
  title: 'Static object pointer filled on first use without a lock',
  severity: 'crash',
  exposure: PROCESS_WIDE,
  check(extension, report) {
    const stores = racingAccesses(extension, access => {
      const holds = access.struct === null && access.kind === 'write' && isObjectPointer(extension, access.type);
      return holds && (fills(access) || replacesSlot(access));
    });
    for (const racing of stores) {
      const { access } = racing;
      const guard = initGuard(access);
      const subject = subjectOf(access);
      report.at(
        { function: access.function, steps: guard === null ? [access.step] : [access.step, guard] },
        {
          subject,
          message:
            guard === null
              ? `Two threads can replace ${quote(subject)} at once and both release the old object: freed twice. Lock a mutex around the cache.`
              : `Two threads can both find ${quote(subject)} NULL and create it: one object leaks or is lost in use. Create it at module init.`,
          confidence: isFilledAtImport(access) ? 'possible' : certainty(access),
          ...windowOf(racing),
          owner: access.key.replace(/\[\]$/, ''),
        },
      );
    }
  },
});

/** A table of cached objects whose entries are thrown out for newer ones: `cache[hash % SIZE] = value`. */
function replacesSlot(access: Access): boolean {
  return access.key.endsWith('[]') && dropsOldValue(access);
}

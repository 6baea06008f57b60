import { defineRule } from '../rule.ts';
import { isFieldOfGlobal } from '../support/globals.ts';
import { byObject, certainty, groupHazard, type RacingAccess, racingAccesses, subjectOf } from '../support/pairs.ts';
import { isObjectPointer } from '../support/references.ts';
import { isStatistic } from '../support/statistics.ts';
import { quote } from '../support/words.ts';

/** Reference counts have rules of their own. */
const COUNTS = new Set(['ob_refcnt', 'ob_refcnt_split', 'ob_ref_local', 'ob_ref_shared']);

export const objectFieldRmw = defineRule({
  id: 'object-field-rmw',
  family: 'object-state',
  title: 'Field of a shared object read, changed and written back without a lock',
  severity: 'lost-update',
  check(extension, report) {
    const updates = [
      ...racingAccesses(extension, access => {
        if (access.struct === null || access.kind !== 'update' || access.atomic || COUNTS.has(access.name))
          return false;
        // References that a helper replaces or fills have rules of their own.
        return !isObjectPointer(extension, access.type) && !isFieldOfGlobal(extension, access);
      }),
    ];
    const isMinor = ({ access }: RacingAccess): boolean => isStatistic(extension, access);
    // What matters most stands for its group.
    for (const group of byObject([...updates.filter(one => !isMinor(one)), ...updates.filter(isMinor)])) {
      const [{ access }] = group;
      const subject = subjectOf(access);
      const { place, ...hazard } = groupHazard(group);
      report.at(place, {
        subject,
        message: `Two threads can update ${quote(subject)} at once and one update is lost. Do it inside a critical section on the object.`,
        // A lost count of a statistic is lost for good, and nothing comes of it.
        confidence: isMinor(group[0]) ? 'possible' : certainty(access),
        ...hazard,
      });
    }
  },
});

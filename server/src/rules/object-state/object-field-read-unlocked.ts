import type { Access } from '../../analysis/accesses.ts';
import { defineRule } from '../rule.ts';
import { byObject, certainty, groupHazard, racingAccesses, subjectOf } from '../support/pairs.ts';
import { isFirstFill, isObjectPointer, takesOldValueAway } from '../support/references.ts';
import { quote } from '../support/words.ts';

export const objectFieldReadUnlocked = defineRule({
  id: 'object-field-read-unlocked',
  family: 'object-state',
  title: 'Reference read from a shared object while another thread may replace it',
  severity: 'crash',
  check(extension, report) {
    const reads = racingAccesses(
      extension,
      access =>
        access.struct !== null &&
        access.kind === 'read' &&
        isObjectPointer(extension, access.type) &&
        isFollowed(access),
      // A store that only ever fills an empty field takes nothing away from a reader.
      partner => partner.kind !== 'read' && takesOldValueAway(partner) && !isFirstFill(partner),
    );
    for (const group of byObject(reads)) {
      const [{ access }] = group;
      const subject = subjectOf(access);
      const { place, ...hazard } = groupHazard(group);
      report.at(place, {
        subject,
        message: `Another thread can replace ${quote(subject)} and free the old object while this one uses it. Take a reference under a lock.`,
        confidence: certainty(access),
        ...hazard,
      });
    }
  },
});

/** The object is used, not just its address compared, and the read is not part of a replacement (a rule of its own). */
function isFollowed(access: Access): boolean {
  const { function: view, step } = access;
  const macro = view.step(step)?.macro;
  if (macro !== undefined && macro !== 'Py_RETURN_RICHCOMPARE') return false;
  return view.usesOf(step).some(use => {
    const op = view.op(use.step);
    if (use.role === 'base' || use.role === 'returned') return true;
    if (op?.kind === 'store') return use.role === 'stored' && op.place.kind !== 'local';
    if (op?.kind !== 'call' || use.role !== 'argument' || op.callee.name === null) return false;
    return !/^_?Py_X?DECREF$|^Py_Is/.test(op.callee.name);
  });
}

import { defineRule } from '../rule.ts';
import { followsMemory, isMemoryPointer, replacesMemory } from '../support/memory-fields.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const fieldBufferRealloc = defineRule({
  id: 'field-buffer-realloc',
  family: 'object-state',
  title: 'Buffer freed or moved by one thread while another one uses it',
  severity: 'crash',
  supersedes: ['multi-field-invariant'],
  check(extension, report) {
    const moves = racingAccesses(
      extension,
      access => isMemoryPointer(extension, access) && replacesMemory(access),
      partner => replacesMemory(partner) || followsMemory(partner),
    );
    for (const racing of moves) {
      const { access } = racing;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Another thread can be using the memory behind ${quote(subject)} when it is freed or moved here. ${access.struct === null ? 'Lock a mutex' : 'Lock the object'} around both.`,
        confidence: certainty(access),
        ...otherEnd(racing),
      });
    }
    // Where whoever moves it holds a lock, the one who uses it without is to blame.
    const uses = racingAccesses(
      extension,
      access => isMemoryPointer(extension, access) && followsMemory(access) && access.locks.size === 0,
      partner => partner.locks.size > 0 && replacesMemory(partner),
    );
    for (const racing of uses) {
      const { access } = racing;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Another thread can free or move the memory behind ${quote(subject)}, under a lock that this use does not take. Take it here too.`,
        confidence: certainty(access),
        ...otherEnd(racing),
      });
    }
  },
});

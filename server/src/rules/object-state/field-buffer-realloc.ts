import type { Extension } from '../../analysis/extension.ts';
import { defineRule, type Report } from '../rule.ts';
import { isOwnObject, usesOutsideHelpers } from '../support/accessors.ts';
import { followsMemory, isMemoryPointer, replacesMemory } from '../support/memory-fields.ts';
import { certainty, certaintyIn, otherEnd, placeOfAccess, racingAccesses, subjectOf } from '../support/pairs.ts';
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
    reportUses(extension, report);
  },
});

/** The other end: who uses the memory without a lock, in methods of the object that has it, or where whoever moves it holds one. */
function reportUses(extension: Extension, report: Report): void {
  const uses = racingAccesses(
    extension,
    access => isMemoryPointer(extension, access) && followsMemory(access) && access.locks.size === 0,
    replacesMemory,
  );
  const seen = new Set<string>();
  for (const racing of uses) {
    const { access, partners } = racing;
    const { struct, base } = access;
    const isLocked = partners.some(partner => partner.locks.size > 0);
    const isObject = struct !== null && extension.linker.struct(struct)?.isObject === true;
    if (!isLocked && (!isObject || partners.some(partner => partner.function === access.function))) continue;
    for (const use of usesOutsideHelpers(extension, access.function, access.step, base ?? '')) {
      const subject = use.object === null ? subjectOf(access) : `${use.object}->${access.name}`;
      const key = `${use.function.id} ${subject}`;
      if (seen.has(key) || !(isLocked || isOwnObject(use))) continue;
      seen.add(key);
      const how = isLocked
        ? ', under a lock that this use does not take. Take it here too.'
        : ' while it is used here. Lock the object around both.';
      report.at(
        { function: use.function, steps: [use.step] },
        {
          subject,
          message: `Another thread can free or move the memory behind ${quote(subject)}${how}`,
          confidence: certaintyIn(use.function),
          ...otherEnd(racing),
        },
      );
    }
  }
}

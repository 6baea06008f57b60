import { defineRule } from '../rule.ts';
import { isMemberUsedUnlocked, writableMembers } from '../support/members.ts';
import { certainty, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const memberdefSharedField = defineRule({
  id: 'memberdef-shared-field',
  family: 'object-state',
  title: 'Object in a field that Python code may set, used without a lock',
  severity: 'crash',
  check(extension, report) {
    // One attribute is one thing to cure: told once, with the other uses beside it.
    for (const [key, entry] of writableMembers(extension)) {
      const [access, ...others] = extension.accesses.of(key).filter(one => isMemberUsedUnlocked(extension, one));
      if (access === undefined) continue;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Python code can set the attribute \`${entry.name ?? access.name}\` meanwhile and free what ${quote(subject)} holds. Take a reference under a lock, or make it Py_READONLY.`,
        confidence: certainty(access),
        ...(access.struct === null ? {} : { owner: access.struct }),
        related: others.map(one => ({
          at: placeOfAccess(one),
          message: `\`${one.function.name}\` uses it here, without a lock too`,
        })),
      });
    }
  },
});

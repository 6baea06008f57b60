import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { TableEntry } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { certainty, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { isFollowed } from '../support/reference-races.ts';
import { isObjectPointer } from '../support/references.ts';
import { quote } from '../support/words.ts';

export const memberdefSharedField = defineRule({
  id: 'memberdef-shared-field',
  family: 'object-state',
  title: 'Object in a field that Python code may set, used without a lock',
  severity: 'crash',
  check(extension, report) {
    // One attribute is one thing to cure: told once, with the other uses beside it.
    for (const [key, entry] of writableMembers(extension)) {
      const [access, ...others] = extension.accesses.of(key).filter(one => isUsedUnlocked(extension, one));
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

function isUsedUnlocked(extension: Extension, access: Access): boolean {
  return (
    access.kind === 'read' &&
    access.concurrent &&
    // The descriptor locks the object itself, and knows no other lock.
    !access.locks.has('') &&
    !access.locks.has('*') &&
    isObjectPointer(extension, access.type) &&
    isFollowed(access)
  );
}

const OBJECT_MEMBER = /\b(?:_?Py_)?T_OBJECT(?:_EX)?\b/;

/** Keys of fields with an object that a `PyMemberDef` lets Python code set. */
function writableMembers(extension: Extension): Map<string, TableEntry> {
  const found = new Map<string, TableEntry>();
  for (const unit of extension.units) {
    for (const table of unit.tables) {
      if (table.kind !== 'members' || table.build?.only === 'gil') continue;
      for (const entry of table.entries) {
        const field = /offsetof\s*\(\s*(?:struct\s+)?([\w:]+)\s*,\s*(\w+)\s*\)/.exec(entry.detail);
        if (field === null || !OBJECT_MEMBER.test(entry.detail) || /\b(?:Py_)?READONLY\b/.test(entry.detail)) continue;
        const owner = extension.linker.fieldOwner(field[1] ?? '', field[2] ?? '');
        if (owner !== null) found.set(`${owner}.${field[2]}`, entry);
      }
    }
  }
  return found;
}

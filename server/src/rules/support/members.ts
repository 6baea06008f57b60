/** Objects in fields that a `PyMemberDef` lets Python code set. */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import type { TableEntry } from '../../program/model.ts';
import { isFollowed } from './reference-races.ts';
import { isObjectPointer } from './references.ts';

/** C code uses the object in a field without the lock under which Python code sets it. */
export function isMemberUsedUnlocked(extension: Extension, access: Access): boolean {
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
export function writableMembers(extension: Extension): Map<string, TableEntry> {
  const found = new Map<string, TableEntry>();
  for (const { table } of extension.tables) {
    if (table.kind !== 'members' || table.build?.only === 'gil') continue;
    for (const entry of table.entries) {
      const field = /offsetof\s*\(\s*(?:struct\s+)?([\w:]+)\s*,\s*(\w+)\s*\)/.exec(entry.detail);
      if (field === null || !OBJECT_MEMBER.test(entry.detail) || /\b(?:Py_)?READONLY\b/.test(entry.detail)) continue;
      const owner = extension.linker.fieldOwner(field[1] ?? '', field[2] ?? '');
      if (owner !== null) found.set(`${owner}.${field[2]}`, entry);
    }
  }
  return found;
}

import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { bitFieldsBeside } from '../../program/bit-fields.ts';
import { defineRule } from '../rule.ts';
import { certainty, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const bitfieldRmw = defineRule({
  id: 'bitfield-rmw',
  family: 'object-state',
  title: 'Bit-field stored while another thread stores its neighbour',
  severity: 'lost-update',
  supersedes: ['plain-flag-signalling', 'reentrancy-flag', 'temporary-field-change'],
  check(extension, report) {
    // One machine word is one thing to cure.
    const told = new Set<string>();
    for (const access of extension.accesses.all) {
      const unit = unitOf(extension, access);
      const word = `${access.struct} ${[...(unit ?? []), access.name].sort().join()}`;
      if (unit === null || told.has(word)) continue;
      const neighbours = unit.flatMap(field => extension.accesses.of(`${access.struct}.${field}`));
      const other = neighbours.find(one => one.function !== access.function && writes(one) && !shareLock(access, one));
      if (other === undefined) continue;
      told.add(word);
      const at = placeOfAccess(other);
      report.at(placeOfAccess(access), {
        subject: subjectOf(access),
        message: `Storing ${quote(subjectOf(access))} writes ${quote(other.name)} too, with the value read before: another thread's change of it is lost. Use separate bytes, or lock.`,
        confidence: certainty(access),
        ...(access.struct === null ? {} : { owner: access.struct }),
        other: at,
        related: [
          { at, message: `\`${other.function.name}\` stores its neighbour here, in another thread at the same time` },
        ],
      });
    }
  },
});

/** The other bit-fields that are kept in the same machine word; null for what is no store to a bit-field. */
function unitOf(extension: Extension, access: Access): readonly string[] | null {
  if (access.struct === null || !writes(access)) return null;
  const beside = bitFieldsBeside(extension.linker.struct(access.struct)?.fields ?? [], access.name);
  return beside.length === 0 ? null : beside;
}

function writes({ kind, concurrent, function: view }: Access): boolean {
  const { contexts } = view.surroundings;
  const isMaking = [...contexts].every(
    context => context === 'construction' || context === 'dealloc' || context === 'init',
  );
  return kind !== 'read' && concurrent && !isMaking;
}

function shareLock(a: Access, b: Access): boolean {
  return [...a.locks].some(lock => b.locks.has(lock) || lock === '*') || (b.locks.has('*') && a.locks.size > 0);
}

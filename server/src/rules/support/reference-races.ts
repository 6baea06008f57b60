/**
 * Races on references in fields, by object and function: one lock cures all of them, so a function that both replaces and
 * reads references of one object is told once, at the replacement.
 */
import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { dropsReference } from '../../capi/objects.ts';
import { byObject, type RacingAccess, racingAccesses } from './pairs.ts';
import { dropsOldValue, isFirstFill, isObjectPointer, takesOldValueAway } from './references.ts';

export type RaceGroup = [RacingAccess, ...RacingAccess[]];

interface ReferenceRaces {
  /** Replacements first in each group, then what the same function reads of the same object. */
  readonly replacements: readonly RaceGroup[];
  /** Reads in functions that replace nothing in that object. */
  readonly reads: readonly RaceGroup[];
}

export function referenceRaces(extension: Extension): ReferenceRaces {
  return extension.shared(referenceRaces, find);
}

function find(extension: Extension): ReferenceRaces {
  const isReference = (access: Access): boolean => access.struct !== null && isObjectPointer(extension, access.type);
  const replacements = byObject(
    racingAccesses(
      extension,
      access =>
        isReference(access) && (access.kind === 'read' ? isReleasedEarly(extension, access) : dropsOldValue(access)),
    ),
  );
  const reads = byObject(
    racingAccesses(
      extension,
      access => isReference(access) && access.kind === 'read' && isFollowed(access),
      // A store that only ever fills an empty field takes nothing away from a reader.
      partner => partner.kind !== 'read' && takesOldValueAway(partner) && !isFirstFill(partner),
    ),
  );
  const keyOf = ([{ access }]: RaceGroup): string => `${access.function.id} ${access.base}`;
  const replaced = new Set(replacements.map(keyOf));
  return {
    replacements: replacements.map(group => {
      const subjects = new Set(group.map(({ access }) => access.key));
      const also = reads.find(read => keyOf(read) === keyOf(group)) ?? [];
      return [...group, ...also.filter(({ access }) => !subjects.has(access.key))];
    }),
    reads: reads.filter(group => !replaced.has(keyOf(group))),
  };
}

/** The old object is let go of without the lock under which the function stores the new one: others let go of it too. */
function isReleasedEarly(extension: Extension, access: Access): boolean {
  const { function: view, step } = access;
  const released = view.usesOf(step).some(use => {
    const op = view.op(use.step);
    return op?.kind === 'call' && op.callee.name !== null && dropsReference(op.callee.name);
  });
  return (
    released &&
    extension.accesses
      .ofFunction(view)
      .some(
        one =>
          one.kind === 'write' &&
          one.key === access.key &&
          one.base === access.base &&
          [...one.locks].some(lock => !access.locks.has(lock)),
      )
  );
}

/** The object is used, not just its address compared, and the read is not part of a replacement. */
export function isFollowed(access: Access): boolean {
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

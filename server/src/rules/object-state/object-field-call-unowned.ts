import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { runsArgument } from '../../capi/objects.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { certainty, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { isFirstFill, isObjectPointer, takesOldValueAway } from '../support/references.ts';
import { quote } from '../support/words.ts';

export const objectFieldCallUnowned = defineRule({
  id: 'object-field-call-unowned',
  family: 'object-state',
  title: 'Object in a replaceable field called without a reference of its own',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  supersedes: ['object-field-read-unlocked'],
  check(extension, report) {
    const seen = new Set<string>();
    for (const access of extension.accesses.all) {
      if (access.kind !== 'read' || !access.concurrent || access.struct === null) continue;
      if (!isObjectPointer(extension, access.type)) continue;
      const key = `${access.function.id} ${access.key} ${access.base ?? ''}`;
      if (seen.has(key)) continue;
      const call = callWithout(access);
      if (call === null) continue;
      const [replacement] = replacements(extension, access);
      if (replacement === undefined) continue;
      seen.add(key);
      const subject = subjectOf(access);
      const other = placeOfAccess(replacement);
      report.at(
        { function: access.function, steps: [access.step, call] },
        {
          subject,
          message: `While ${quote(subject)} is called, the field can be replaced and its object freed. Take a reference first: Py_NewRef() under a lock.`,
          confidence: certainty(access),
          where: access.function.step(call)!.span,
          owner: access.struct,
          other,
          related: [{ at: other, message: `\`${replacement.function.name}\` replaces it here` }],
        },
      );
    }
  },
});

/** The call that runs the object that was read, with no reference taken between; null when there is none. */
function callWithout({ function: view, step }: Access): number | null {
  const uses = view.usesOf(step);
  const calls = uses.filter(use => {
    const op = view.op(use.step);
    return (
      op?.kind === 'call' &&
      use.role === 'argument' &&
      op.callee.name !== null &&
      runsArgument(op.callee.name, use.argument)
    );
  });
  const taken = uses.some(use => {
    const op = view.op(use.step);
    if (op?.kind !== 'call' || use.argument !== 0 || op.callee.name === null) return false;
    return /^_?Py_(?:X?INCREF|X?NewRef)$/.test(op.callee.name);
  });
  return taken ? null : (calls[0]?.step ?? null);
}

/**
 * Where the reference in the field is given up, by another thread or by code that the call runs. Critical sections on both
 * sides don't help: they are suspended while the object runs. A mutex does.
 */
function replacements(extension: Extension, access: Access): Access[] {
  const keptLocks = access.function
    .locksAt(access.step)
    .some(lock => lock.kind !== 'critical-section' && access.locks.size > 0);
  if (keptLocks) return [];
  return extension.accesses
    .of(access.key)
    .filter(one => one.kind !== 'read' && one.concurrent && takesOldValueAway(one) && !isFirstFill(one));
}

import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { readsItemUnchecked } from '../../capi/objects.ts';
import { defineRule } from '../rule.ts';
import { isIterator } from '../support/iterators.ts';
import { certainty, otherEnd, placeOfAccess, racingAccesses, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const iternextStateUnlocked = defineRule({
  id: 'iternext-state-unlocked',
  family: 'object-state',
  title: 'Position of an iterator that threads share, moved without a lock',
  severity: 'crash',
  supersedes: ['object-field-rmw', 'multi-field-invariant'],
  check(extension, report) {
    const moves = racingAccesses(extension, access => {
      return access.struct !== null && access.kind === 'update' && !access.atomic && isIterator(access.function);
    });
    for (const racing of moves) {
      const { access } = racing;
      const raw = indexesMemory(extension, access);
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: raw
          ? `Two threads can both pass the test and both move ${quote(subject)}: the next item is read past the end. Lock the iterator.`
          : `Two threads that share the iterator can move ${quote(subject)} at once: items repeat or are left out. Lock it if that matters.`,
        severity: raw ? 'crash' : 'lost-update',
        confidence: raw ? certainty(access) : 'possible',
        ...otherEnd(racing),
      });
    }
  },
});

/** The position, as read anywhere in the function, picks an item without a check of bounds. */
function indexesMemory(extension: Extension, { function: view, key, base, step, type }: Access): boolean {
  if (type !== null && type.pointers > 0) return true;
  const reads = extension.accesses
    .ofFunction(view)
    .filter(one => one.key === key && one.base === base && (one.kind === 'read' || one.step === step));
  return reads.some(read =>
    view.usesOf(read.step).some(use => {
      if (use.role === 'index') return true;
      const op = view.op(use.step);
      return op?.kind === 'call' && use.argument === 1 && op.callee.name !== null && readsItemUnchecked(op.callee.name);
    }),
  );
}

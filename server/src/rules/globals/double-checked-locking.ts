import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { nullTest } from '../../program/values.ts';
import { defineRule } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { certainty, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { initGuard } from '../support/references.ts';
import { quote } from '../support/words.ts';

export const doubleCheckedLocking = defineRule({
  id: 'double-checked-locking',
  family: 'globals',
  title: 'First test of a lazily made value read outside the lock',
  severity: 'crash',
  supersedes: ['static-pyobject-cache', 'static-lazy-import', 'lazy-init-field', 'object-field-read-unlocked'],
  check(extension, report) {
    for (const store of extension.accesses.all) {
      if (store.kind !== 'write' || !store.concurrent || store.locks.size === 0 || store.atomic) continue;
      if (initGuard(store) === null) continue;
      const test = unlockedTest(extension, store);
      if (test === null) continue;
      const subject = subjectOf(test);
      report.at(
        { function: test.function, steps: [test.step, store.step] },
        {
          subject,
          message: `${quote(subject)} is tested without the lock: this thread can see it set before what it stands for. Load it atomically (acquire).`,
          confidence: certainty(test),
          other: placeOfAccess(store),
          related: [
            { at: placeOfAccess(store), message: 'Another thread stores it here at the same time, under the lock' },
          ],
        },
      );
    }
  },
});

/** A plain read of the place, without the lock, whose outcome decides whether the lock is taken and the store made. */
function unlockedTest(extension: Extension, store: Access): Access | null {
  const { function: view } = store;
  for (const read of extension.accesses.ofFunction(view)) {
    if (read.key !== store.key || read.base !== store.base || read.kind !== 'read' || read.atomic) continue;
    if ([...read.locks].some(lock => store.locks.has(lock)) || !leads(view, read.step, store.step, -1)) continue;
    const decides = view.usesOf(read.step).some(use => {
      const op = view.op(use.step);
      return op?.kind === 'branch' && nullTest(op.condition) !== null && leads(view, use.step, store.step, -1);
    });
    if (decides) return read;
  }
  return null;
}

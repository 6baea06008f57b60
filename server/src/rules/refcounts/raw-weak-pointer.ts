import type { Access } from '../../analysis/accesses.ts';
import { takesReference } from '../../capi/objects.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

/**
 * A pointer without a reference, cleared by the destructor: between the look-up and the INCREF the destructor may already run.
 * A lock around both does not help, because the count has dropped to zero before the destructor gets to the lock.
 */
export const rawWeakPointer = defineRule({
  id: 'raw-weak-pointer',
  family: 'refcounts',
  title: 'Reference taken from a pointer that the destructor clears',
  severity: 'crash',
  supersedes: ['static-pyobject-cache', 'object-field-read-unlocked'],
  check(extension, report) {
    const cleared = new Map<string, Access>();
    for (const access of extension.accesses.all) {
      const inDestructor = access.function.surroundings.contexts.has('dealloc');
      if (inDestructor && access.kind === 'write' && access.struct === null && access.type?.pointers === 1)
        cleared.set(access.key, access);
    }
    for (const [key, destructor] of cleared) {
      for (const access of extension.accesses.of(key)) {
        const { function: view, step } = access;
        if (access.kind !== 'read' || !access.concurrent || view.surroundings.contexts.has('dealloc')) continue;
        const taken = view.usesOf(step).find(use => {
          const op = view.op(use.step);
          return op?.kind === 'call' && use.argument === 0 && takesReference(op.callee.name ?? '');
        });
        if (taken === undefined) continue;
        report.at(
          { function: view, steps: [step, taken.step] },
          {
            subject: access.name,
            message: `The last owner may be freeing ${quote(access.name)} in another thread; this brings a dying object back. Use PyUnstable_TryIncRef() or a weakref.`,
            related: [
              {
                at: { function: destructor.function, steps: [destructor.step] },
                message: 'The destructor clears it here',
              },
            ],
          },
        );
      }
    }
  },
});

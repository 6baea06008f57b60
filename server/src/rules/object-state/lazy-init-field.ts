import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { defineRule } from '../rule.ts';
import { leads, raisesAtOnce } from '../support/guards.ts';
import { certainty, racingAccesses, subjectOf } from '../support/pairs.ts';
import { dropsOldValue, fills, initGuard, isObjectPointer, storesImmortal } from '../support/references.ts';
import { windowOf } from '../support/windows.ts';
import { quote } from '../support/words.ts';

export const lazyInitField = defineRule({
  id: 'lazy-init-field',
  family: 'object-state',
  title: 'Field of a shared object filled on first use without a lock',
  severity: 'crash',
  supersedes: ['object-field-read-unlocked'],
  check(extension, report) {
    const stores = racingAccesses(
      extension,
      access =>
        access.struct !== null && (access.kind === 'write' ? fills(access) : isFilledByHelper(extension, access)),
    );
    for (const racing of stores) {
      const { access } = racing;
      const guard = initGuard(access);
      const subject = subjectOf(access);
      const pointer = (access.type?.pointers ?? 1) > 0;
      const isMade = pointer && !storesImmortal(access) && !isCopied(extension, access) && !isRefused(access, guard);
      report.at(
        { function: access.function, steps: guard === null ? [access.step] : [access.step, guard] },
        {
          subject,
          message: `Two threads can both find ${quote(subject)} empty and fill it: one result leaks or is freed in use. Test and set under a lock.`,
          confidence: isMade ? certainty(access) : 'possible',
          severity: pointer ? 'crash' : 'lost-update',
          ...windowOf(racing),
        },
      );
    }
  },
});

/** Who finds the field filled gets an exception: it is set up once by whoever makes the object, not on first use. */
function isRefused({ function: view, step }: Access, guard: number | null): boolean {
  const sides = guard === null ? [] : (view.step(guard)?.next ?? []);
  const found = sides.filter(side => !leads(view, side, step, -1));
  return found.length === 1 && raisesAtOnce(view, found[0]!);
}

/** A pointer to what something else keeps: what is found twice is not made twice. */
function isCopied(extension: Extension, { function: view, step, type }: Access): boolean {
  const op = view.op(step);
  if (op?.kind !== 'store' || isObjectPointer(extension, type)) return false;
  const origins = view.origins(op.value, step);
  return origins.length > 0 && origins.every(({ kind }) => kind === 'field' || kind === 'global');
}

/** A helper that gets the field's address looks what is there and puts something in, without dropping anything. */
function isFilledByHelper(extension: Extension, access: Access): boolean {
  const isCall = access.function.op(access.step)?.kind === 'call';
  return isCall && access.kind === 'update' && isObjectPointer(extension, access.type) && !dropsOldValue(access);
}

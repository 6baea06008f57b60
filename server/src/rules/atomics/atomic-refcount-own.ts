import type { Access } from '../../analysis/accesses.ts';
import type { Extension } from '../../analysis/extension.ts';
import { frees } from '../../capi/allocators.ts';
import { defineRule } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { certainty, placeOfAccess, subjectOf } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

/** Two threads that drop the last but one and the last reference may both see zero, or neither. */
export const atomicRefcountOwn = defineRule({
  id: 'atomic-refcount-own',
  family: 'atomics',
  title: 'Hand-made reference count that is not atomic',
  severity: 'crash',
  supersedes: ['object-field-rmw', 'global-c-structure', 'plain-flag-signalling'],
  check(extension, report) {
    for (const access of extension.accesses.all) {
      if (!isPlainCount(extension, access) || stepOf(access) !== -1) continue;
      const raises = extension.accesses.of(access.key).filter(one => one.kind === 'update' && stepOf(one) === 1);
      const raised = raises.find(one => one.concurrent) ?? (access.concurrent ? raises[0] : undefined);
      // Counted up before anybody knew of it, and down while its owner goes: by one thread each.
      if (raised === undefined || !freesOwner(access)) continue;
      const subject = subjectOf(access);
      report.at(placeOfAccess(access), {
        subject,
        message: `Two threads can drop ${quote(subject)} at once: both free it, or nobody does. Use atomic_fetch_sub() == 1, or a mutex.`,
        confidence: certainty(access),
        related: [{ at: placeOfAccess(raised), message: 'The count goes up here' }],
      });
    }
  },
});

function isPlainCount(extension: Extension, { function: view, step, ...access }: Access): boolean {
  if (access.kind !== 'update' || access.atomic || access.struct === null || access.type?.pointers !== 0) return false;
  if (!view.isConcurrent || view.isInitOnly || view.locksAt(step).length > 0) return false;
  const struct = extension.linker.struct(access.struct);
  return struct !== undefined && !struct.isObject && extension.linker.isShareable(access.struct);
}

/** How far the update moves the number: one up or down; 0 for everything else. */
function stepOf({ function: view, step }: Access): number {
  const op = view.op(step);
  if (op?.kind !== 'update') return 0;
  const one = op.operand.kind === 'int' && op.operand.value === 1;
  if (!one) return 0;
  return op.operator.startsWith('+') ? 1 : op.operator.startsWith('-') ? -1 : 0;
}

/** What has the count is freed behind the update, under a condition. */
function freesOwner({ function: view, step, place }: Access): boolean {
  if (place.kind !== 'field') return false;
  const owner = view.path(place.base, step);
  return view.body.steps.some(({ op }, at) => {
    if (op.kind !== 'call' || op.callee.name === null || !view.isReachable(at) || !leads(view, step, at, -1))
      return false;
    if (frees(op.callee.name) === null && !/free|destroy|delete|dealloc|dispose/i.test(op.callee.name)) return false;
    return op.args.some(value => view.path(value, at) === owner);
  });
}

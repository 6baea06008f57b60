import type { Access } from '../../analysis/accesses.ts';
import { dropsReference } from '../../capi/objects.ts';
import { isNull } from '../../program/values.ts';
import { defineRule } from '../rule.ts';
import { nullGuard, pathOfPlace } from '../support/guards.ts';
import { isIterator } from '../support/iterators.ts';
import { byObject, certainty, groupHazard, racingAccesses, subjectOf } from '../support/pairs.ts';
import { isObjectPointer } from '../support/references.ts';
import { quote } from '../support/words.ts';

export const iternextExhaustClear = defineRule({
  id: 'iternext-exhaust-clear',
  family: 'object-state',
  title: 'Iterator that drops its source at the end without a lock',
  severity: 'crash',
  supersedes: ['setref-field-unlocked', 'object-field-read-unlocked', 'object-field-call-unowned'],
  check(extension, report) {
    const ends = racingAccesses(extension, access => {
      if (access.kind !== 'write' || access.key.endsWith('[]') || !isObjectPointer(extension, access.type))
        return false;
      return (
        (access.struct === null ? isWrittenOut(access) : isIterator(access.function)) && droppedLoad(access) !== null
      );
    });
    for (const group of byObject(ends)) {
      const [{ access }] = group;
      const subject = subjectOf(access);
      const { place, ...hazard } = groupHazard(group);
      report.at(place, {
        subject,
        message: `Two threads can both reach the end and both release ${quote(subject)}: freed twice. Keep it until dealloc, or lock the object.`,
        confidence: certainty(access),
        ...hazard,
      });
    }
  },
});

/** Clearing macros on globals are mostly about caches; a source is taken into a local, forgotten and let go of. */
function isWrittenOut(access: Access): boolean {
  const { function: view, step } = access;
  const load = droppedLoad(access);
  if (load === null || view.step(step)?.macro !== undefined) return false;
  return view.usesOf(load).some(use => use.role === 'stored' && view.op(use.step)?.kind === 'store');
}

/** The store forgets a reference that was found there and that is then dropped: the step of the load. */
function droppedLoad({ function: view, step }: Access): number | null {
  const op = view.op(step);
  const path = pathOfPlace(view, step);
  if (op?.kind !== 'store' || !isNull(op.value) || path === null || nullGuard(view, step, path) !== null) return null;
  for (let at = 0; at < view.body.steps.length; at++) {
    if (view.op(at)?.kind !== 'load' || !view.isReachable(at) || pathOfPlace(view, at) !== path) continue;
    const dropped = view.usesOf(at).some(use => {
      const call = view.op(use.step);
      return (
        call?.kind === 'call' && use.argument === 0 && call.callee.name !== null && dropsReference(call.callee.name)
      );
    });
    if (dropped) return at;
  }
  return null;
}

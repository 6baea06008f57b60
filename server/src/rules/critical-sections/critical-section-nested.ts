import type { HeldLock } from '../../analysis/locks.ts';
import { coversObject } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { placeOf } from '../../program/values.ts';
import { defineRule } from '../rule.ts';
import { eachStep, lockedObject, lockingFunctions, ownSections, sureness } from '../support/sections.ts';
import { quote } from '../support/words.ts';

/** Only a problem when the outer object is looked at once the inner section has begun. */
export const criticalSectionNested = defineRule({
  id: 'critical-section-nested',
  family: 'critical-sections',
  title: 'Critical section inside another: the outer lock may be dropped',
  severity: 'lost-update',
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      view.stepsOf('acquire').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'acquire' || op.lock.kind !== 'critical-section') return;
        const inner = op.lock.targets.map(target => view.path(target, step));
        const held = ownSections(view, step);
        const outer = held.findLast(lock => !inner.includes(lock.path));
        // With three objects there is no way to lock them all: a rule of its own.
        if (outer === undefined || new Set([...held.map(lock => lock.path), ...inner]).size > 2) return;
        if (!usedAfter(view, step, outer)) return;
        const subject = lockedObject(view, outer);
        report.at(
          { function: view, steps: [step, outer.step] },
          {
            subject,
            message: `Waiting for this lock gives up the one on ${quote(subject)}: another thread changes it meanwhile. Lock both: Py_BEGIN_CRITICAL_SECTION2().`,
            confidence: sureness(view),
            related: [{ at: { function: view, steps: [outer.step] }, message: 'The outer section begins here' }],
          },
        );
      });
    }
  },
});

/** A field of the outer object is read or written while both sections are open. */
function usedAfter(view: FunctionView, inner: number, outer: HeldLock): boolean {
  let used = false;
  eachStep(view, step => {
    if (used || step <= inner || !ownSections(view, step).some(lock => lock.step === outer.step)) return;
    const op = view.op(step);
    const place = op === undefined ? null : placeOf(op);
    if (place?.kind === 'field' && coversObject(outer.path, view.path(place.base, step))) used = true;
  });
  return used;
}

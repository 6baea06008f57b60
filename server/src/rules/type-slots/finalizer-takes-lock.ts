import type { Extension } from '../../analysis/extension.ts';
import { isAbsolute, type Path } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { defineRule, WITH_GIL_TOO } from '../rule.ts';
import { eachStep, lockedObject } from '../support/sections.ts';
import { quote } from '../support/words.ts';

/** A finaliser runs wherever a count drops or the collector starts: also in a thread that has the lock already. */
export const finalizerTakesLock = defineRule({
  id: 'finalizer-takes-lock',
  family: 'type-slots',
  title: 'Finaliser that takes a lock which is held while finalisers can run',
  severity: 'deadlock',
  exposure: WITH_GIL_TOO,
  check(extension, report) {
    for (const view of extension.functionsDoing('acquire')) {
      if (!view.surroundings.contexts.has('dealloc') || view.surroundings.contexts.size > 1) continue;
      view.stepsOf('acquire').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'acquire' || op.lock.kind === 'critical-section') return;
        const taken = view.semantics.locks.heldAt(view.step(step)?.next[0] ?? step).find(lock => lock.step === step);
        if (taken === undefined || !isAbsolute(taken.path)) return;
        const holder = holdsAcrossPython(extension, view, taken.path);
        if (holder === null) return;
        report.at(
          { function: view, steps: [step] },
          {
            subject: lockedObject(view, taken),
            message: `${quote(holder.function.name)} holds this lock while finalisers can run: this one then waits for its own thread. Queue the work instead.`,
            related: [
              {
                at: { function: holder.function, steps: [holder.step] },
                message: 'The lock is held here, where finalisers can run',
              },
            ],
          },
        );
      });
    }
  },
});

function holdsAcrossPython(
  extension: Extension,
  finaliser: FunctionView,
  lock: Path,
): { function: FunctionView; step: number } | null {
  for (const [view, held] of extension.having(holdsAcrossPython, locksAcrossPython)) {
    const first = view === finaliser ? undefined : held.find(([path]) => path === lock);
    if (first !== undefined) return { function: view, step: first[1] };
  }
  return null;
}

/** The locks that the function holds while Python code can run, each with the first such step. */
function locksAcrossPython(view: FunctionView): readonly (readonly [Path, number])[] {
  const locks = new Map<Path, number>();
  if (!view.semantics.locks.active && view.surroundings.inherited.length === 0) return [];
  eachStep(view, step => {
    if (view.suspends(step) !== 'python') return;
    for (const { path } of view.locksAt(step)) if (!locks.has(path)) locks.set(path, step);
  });
  return [...locks];
}

import type { FunctionView } from '../../analysis/view.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { switches } from '../support/attached.ts';

export const allowThreadsJumpOut = defineRule({
  id: 'allow-threads-jump-out',
  family: 'gil-api',
  title: 'Return with the thread still detached',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      // A helper that only detaches leaves the rest to its callers.
      if (!view.semantics.locks.active || view.surroundings.detached || switches(view, 'attach').length === 0) continue;
      const begins = switches(view, 'detach', /^(?:Py_BEGIN_ALLOW_THREADS|PyEval_SaveThread)$/);
      // A callback that came in detached goes out detached.
      if (switches(view, 'detach', /Release/).length > 0 || isEnteredDetached(view)) continue;
      view.stepsOf('return').forEach(step => {
        if (view.op(step)?.kind !== 'return' || !view.semantics.locks.detachedAt(step)) return;
        const begin = begins.find(from => staysDetached(view, from, step));
        if (begin === undefined) return;
        report.at(
          { function: view, steps: [step, begin] },
          {
            subject: 'the thread state',
            message: `This returns with the thread detached: the interpreter goes on without a thread state and aborts. Leave the region first, or Py_BLOCK_THREADS.`,
            related: [{ at: { function: view, steps: [begin] }, message: 'The thread is detached here' }],
          },
        );
      });
    }
  },
});

/** It attaches before it has detached. */
function isEnteredDetached(view: FunctionView): boolean {
  const { locks } = view.semantics;
  return switches(view, 'attach').some(step => locks.detachedAt(step, true) && !locks.detachedAt(step));
}

/** A way from the beginning of the region to the step on which nothing attaches the thread. */
function staysDetached(view: FunctionView, from: number, to: number): boolean {
  // A macro of the project may pair with another one that we do not understand.
  const { macro } = view.step(from) ?? {};
  if (macro !== undefined && !/^(?:Py|NPY)_BEGIN/.test(macro)) return false;
  const seen = new Set<number>();
  const waiting = [...(view.step(from)?.next ?? [])];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    if (step === to) return true;
    if (seen.has(step) || view.op(step)?.kind === 'attach') continue;
    seen.add(step);
    waiting.push(...(view.step(step)?.next ?? []));
  }
  return false;
}

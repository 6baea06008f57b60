import type { FunctionView } from '../../analysis/view.ts';
import { defineRule, WITH_GIL_TOO } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { quote } from '../support/words.ts';

export const dictNextBodySuspends = defineRule({
  id: 'dict-next-body-suspends',
  family: 'object-state',
  title: 'Loop over a locked dict that gives the lock up in its body',
  severity: 'crash',
  exposure: WITH_GIL_TOO,
  local: true,
  check(extension, report) {
    for (const name of ['PyDict_Next', '_PyDict_Next']) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const dict = op?.kind === 'call' ? op.args[0] : undefined;
        if (dict === undefined || !view.isConcurrent || view.isInitOnly || view.ownership(dict, step) !== 'shared')
          continue;
        if (view.guard(step, view.path(dict, step))?.kind !== 'critical-section') continue;
        const all = suspendsInLoop(view, step);
        const suspending = all.find(at => !converts(view, at)) ?? all[0];
        if (suspending === undefined) continue;
        const subject = view.render(dict);
        report.at(
          { function: view, steps: [step, suspending] },
          {
            subject,
            message: `The loop's body runs Python code, which gives up the lock on ${quote(subject)}: it can change meanwhile. Loop over a PyDict_Copy().`,
            confidence: isCertain(view, suspending) ? 'likely' : 'possible',
            related: [
              { at: { function: view, steps: [suspending] }, message: 'The critical section is suspended here' },
            ],
          },
        );
      }
    }
  },
});

/** What a helper may do on one of its ways it need not do for the items of this dict; numbers are converted without Python code. */
function isCertain(view: FunctionView, suspending: number): boolean {
  return !view.isUnreached && !converts(view, suspending) && view.semantics.callee(suspending)?.kind !== 'project';
}

function converts(view: FunctionView, step: number): boolean {
  const op = view.op(step);
  return op?.kind === 'call' && /^Py(?:Long|Float)_As/.test(op.callee.name ?? '');
}

/** Calls in the loop that may run Python code or detach. Dropping a reference rarely does: it is left out. */
function suspendsInLoop(view: FunctionView, next: number): number[] {
  const found: number[] = [];
  for (let step = next + 1; step < view.body.steps.length; step++) {
    const suspends = view.suspends(step);
    if ((suspends !== 'python' && suspends !== 'blocks') || !view.isReachable(step)) continue;
    const op = view.op(step);
    if (
      op?.kind === 'call' &&
      (op.callee.name === null || /^_?Py_(?:X?DECREF|CLEAR|X?SETREF)$|^PyErr_/.test(op.callee.name))
    )
      continue;
    if (leads(view, next, step, -1) && comesBack(view, step, next)) found.push(step);
  }
  return found;
}

function comesBack(view: FunctionView, step: number, next: number): boolean {
  return (view.step(step)?.next ?? []).some(after => leads(view, after, next, -1));
}

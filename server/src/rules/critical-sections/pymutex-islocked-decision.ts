import type { FunctionView } from '../../analysis/view.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { quote } from '../support/words.ts';

export const pymutexIslockedDecision = defineRule({
  id: 'pymutex-islocked-decision',
  family: 'critical-sections',
  title: 'Decision taken by whether a mutex is locked',
  severity: 'lost-update',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('PyMutex_IsLocked')) {
      if (!view.usesOf(step).some(use => view.op(use.step)?.kind === 'branch' && !choosesText(view, use.step)))
        continue;
      const op = view.op(step);
      const mutex = op?.kind === 'call' ? op.args[0] : undefined;
      const subject = mutex === undefined ? 'the mutex' : view.render(mutex).replace(/^&/, '');
      report.at(
        { function: view, steps: [step] },
        {
          subject,
          message: `Another thread can lock or unlock ${quote(subject)} right after this look at it, so the decision is out of date. Lock it instead.`,
        },
      );
    }
  },
});

/** `locked ? "locked" : "unlocked"`: what is told of a lock may be over when it is read. */
function choosesText(view: FunctionView, branch: number): boolean {
  return (view.step(branch)?.next ?? []).every(side => {
    const op = view.op(side);
    return op?.kind === 'store' && op.value.kind === 'string';
  });
}

import { ONCE_CALLS } from '../../capi/blocking.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { needsThreadState } from '../support/attached.ts';

export const onceCallbackPython = defineRule({
  id: 'once-callback-python',
  family: 'gil-api',
  title: 'Python code run under a once-flag of the C library',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    for (const [name, argument] of Object.entries(ONCE_CALLS)) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const callback = op?.kind === 'call' ? op.args[argument] : undefined;
        if (callback?.kind !== 'function' || view.isInitOnly) continue;
        const target = extension.linker.resolve(view.unit.file, callback.name);
        const uses = extension.functionOf(target?.id ?? -1)?.body.steps.some(({ op: inner }) => {
          return inner.kind === 'call' && inner.callee.kind === 'named' && needsThreadState(inner.callee.name);
        });
        if (uses !== true) continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: callback.name,
            message: `\`${callback.name}\` runs Python under the once-lock; a thread that waits for it attached blocks that Python code: deadlock. Do it at import.`,
          },
        );
      }
    }
  },
});

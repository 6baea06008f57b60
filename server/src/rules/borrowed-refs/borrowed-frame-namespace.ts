import { defineRule } from '../rule.ts';
import { followingUses } from '../support/borrowed.ts';

export const borrowedFrameNamespace = defineRule({
  id: 'borrowed-frame-namespace',
  family: 'borrowed-refs',
  title: 'Namespace of the current frame kept without a reference',
  severity: 'crash',
  group: 'pedantic',
  local: true,
  check(extension, report) {
    for (const name of ['PyEval_GetLocals', 'PyEval_GetGlobals', 'PyEval_GetBuiltins']) {
      for (const call of extension.callsTo(name)) {
        const { function: view, step } = call;
        // The frame keeps its namespaces during the call: only what is kept longer is a problem.
        const kept = followingUses(call).find(use => use.role === 'stored' && view.op(use.step)?.kind === 'store');
        if (kept === undefined || !view.isConcurrent || view.isInitOnly) continue;
        report.at(
          { function: view, steps: [step, kept.step] },
          {
            subject: `${name}()`,
            message: `The dict of \`${name}()\` is kept beyond the call that lends it; it may be freed by then. Use ${name.replace('Get', 'GetFrame')}().`,
          },
        );
      }
    }
  },
});

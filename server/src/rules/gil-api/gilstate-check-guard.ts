import { defineRule } from '../rule.ts';

export const gilstateCheckGuard = defineRule({
  id: 'gilstate-check-guard',
  family: 'gil-api',
  title: 'PyGILState_Check taken as proof that no other thread runs',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('PyGILState_Check')) {
      if (!view.usesOf(step).some(use => view.op(use.step)?.kind === 'branch')) continue;
      report.at(
        { function: view, steps: [step] },
        {
          subject: 'PyGILState_Check()',
          message: `PyGILState_Check() says attached, not alone: other threads run at the same time without the GIL. Lock what the branch guards.`,
        },
      );
    }
  },
});

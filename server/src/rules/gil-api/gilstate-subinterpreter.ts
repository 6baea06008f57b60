import { defineRule } from '../rule.ts';
import { tablesOf } from '../support/modules.ts';

export const gilstateSubinterpreter = defineRule({
  id: 'gilstate-subinterpreter',
  family: 'gil-api',
  title: 'PyGILState_Ensure in a module that supports several interpreters',
  severity: 'isolation',
  group: 'isolation',
  exposure: { freeThreaded: false, perInterpreter: true, withGil: false },
  check(extension, report) {
    const claims = tablesOf(extension, 'module-slots').some(({ table }) =>
      table.entries.some(entry => /MULTIPLE_INTERPRETERS_SUPPORTED|PER_INTERPRETER_GIL_SUPPORTED/.test(entry.detail)),
    );
    if (!claims) return;
    for (const view of extension.functionsDoing('attach')) {
      for (const step of view.stepsOf('attach')) {
        const op = view.op(step);
        if (op?.kind !== 'attach' || op.by !== 'PyGILState_Ensure') continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: 'PyGILState_Ensure()',
            message: `PyGILState_Ensure() always picks the main interpreter: objects of another one are then used under the wrong GIL. Remember the interpreter.`,
          },
        );
      }
    }
  },
});

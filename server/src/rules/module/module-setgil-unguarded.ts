import { defineRule } from '../rule.ts';

export const moduleSetgilUnguarded = defineRule({
  id: 'module-setgil-unguarded',
  family: 'module',
  title: 'PyUnstable_Module_SetGIL outside of code for free-threaded builds',
  severity: 'compile',
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('PyUnstable_Module_SetGIL')) {
      const guarded = extension
        .conditionsAt(view.unit, view.spanOf(step).start)
        .some(({ only, text }) => only === 'free-threaded' || text.includes('Py_GIL_DISABLED'));
      if (guarded) continue;
      report.at(
        { function: view, steps: [step] },
        {
          subject: 'PyUnstable_Module_SetGIL()',
          message: `Only free-threaded builds declare PyUnstable_Module_SetGIL(): elsewhere this does not compile. Put it under #ifdef Py_GIL_DISABLED.`,
        },
      );
    }
  },
});

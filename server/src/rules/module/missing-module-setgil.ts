import { defineRule } from '../rule.ts';
import { creations, entryOf } from '../support/modules.ts';

export const missingModuleSetgil = defineRule({
  id: 'missing-module-setgil',
  family: 'module',
  title: 'Single-phase module does not say that it runs without the GIL',
  severity: 'gil-reenabled',
  check(extension, report) {
    if (extension.callsTo('PyUnstable_Module_SetGIL').length > 0) return;
    for (const { call, definition } of creations(extension)) {
      const { function: view, step } = call;
      if (!view.surroundings.contexts.has('init') || entryOf(definition, 'm_slots') !== undefined) continue;
      report.at(
        { function: view, steps: [step] },
        {
          subject: definition?.name ?? 'the module',
          message: `Importing this module turns the GIL on for the whole process. Call PyUnstable_Module_SetGIL(m, Py_MOD_GIL_NOT_USED) on free-threaded builds.`,
        },
      );
    }
  },
});

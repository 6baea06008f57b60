import { defineRule } from '../rule.ts';
import { creations } from '../support/modules.ts';

export const singlePhaseInit = defineRule({
  id: 'single-phase-init',
  family: 'module',
  title: 'Module made in a single phase',
  severity: 'isolation',
  group: 'isolation',
  exposure: { freeThreaded: false, perInterpreter: true, withGil: false },
  check(extension, report) {
    for (const { call, definition } of creations(extension)) {
      if (!call.function.surroundings.contexts.has('init')) continue;
      report.at(
        { function: call.function, steps: [call.step] },
        {
          subject: definition?.name ?? 'the module',
          message: `Interpreters with a GIL of their own refuse a module made by PyModule_Create(). Return PyModuleDef_Init() and set up in Py_mod_exec.`,
        },
      );
    }
  },
});

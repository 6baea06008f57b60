import { defineRule } from '../rule.ts';

export const stateFindModule = defineRule({
  id: 'state-find-module',
  family: 'module',
  title: 'Module looked up by its definition',
  severity: 'isolation',
  group: 'isolation',
  exposure: { freeThreaded: false, perInterpreter: true, withGil: false },
  local: true,
  check(extension, report) {
    for (const name of ['PyState_FindModule', 'PyState_AddModule', 'PyState_RemoveModule']) {
      for (const { function: view, step } of extension.callsTo(name)) {
        report.at(
          { function: view, steps: [step] },
          {
            subject: `${name}()`,
            message: `${name}() knows one module for each definition, and none that is initialised in phases. Use PyType_GetModuleByDef() or the defining class.`,
          },
        );
      }
    }
  },
});

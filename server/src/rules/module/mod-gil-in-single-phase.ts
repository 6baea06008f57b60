import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { creations, entryOf } from '../support/modules.ts';

export const modGilInSinglePhase = defineRule({
  id: 'mod-gil-in-single-phase',
  family: 'module',
  title: 'Module slots in a definition that PyModule_Create refuses',
  severity: 'compile',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    for (const { call, definition } of creations(extension)) {
      const slots = entryOf(definition, 'm_slots');
      if (slots === undefined || slots.target === null || slots.target === 'NULL') continue;
      report.at(
        { function: call.function, steps: [call.step] },
        {
          subject: definition?.name ?? 'the module',
          message: `PyModule_Create() refuses a definition with slots: the import fails. Return PyModuleDef_Init(), or use PyUnstable_Module_SetGIL().`,
        },
      );
    }
  },
});

import { defineRule } from '../rule.ts';
import { supportsOlderPythons, tablesOf } from '../support/modules.ts';

export const modGilSlotUnguarded = defineRule({
  id: 'mod-gil-slot-unguarded',
  family: 'module',
  title: 'Py_mod_gil slot in code that also builds for Pythons before 3.13',
  severity: 'compile',
  check(extension, report) {
    if (!supportsOlderPythons(extension)) return;
    for (const { unit, table } of tablesOf(extension, 'module-slots')) {
      for (const entry of table.entries) {
        if (entry.slot !== 'Py_mod_gil') continue;
        const conditions = extension.conditionsAt(unit, entry.span.start);
        if (conditions.some(({ text }) => /VERSION|Py_GIL_DISABLED|Py_mod_gil|GIL/.test(text))) continue;
        report.inFile(unit, entry.span, {
          subject: table.name,
          message: `Pythons before 3.13 do not know Py_mod_gil, and this project builds for them too. Guard it: #if PY_VERSION_HEX >= 0x030D0000.`,
        });
      }
    }
  },
});

import { defineRule } from '../rule.ts';
import { tablesOf } from '../support/modules.ts';
import { quote } from '../support/words.ts';

export const missingMultipleInterpreters = defineRule({
  id: 'missing-multiple-interpreters',
  family: 'module',
  title: 'Module does not say whether it may be used in several interpreters',
  severity: 'info',
  group: 'pedantic',
  exposure: { freeThreaded: false, perInterpreter: true, withGil: false },
  check(extension, report) {
    for (const { unit, table } of tablesOf(extension, 'module-slots')) {
      if (table.entries.some(entry => /multiple_interpreters/i.test(entry.slot))) continue;
      report.inFile(unit, table.entries.at(-1)?.span ?? table.span, {
        subject: table.name,
        message: `${quote(table.name)} lacks Py_mod_multiple_interpreters: interpreters with a GIL of their own refuse to import the module. Say what it supports.`,
      });
    }
  },
});

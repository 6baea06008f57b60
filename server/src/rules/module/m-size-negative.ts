import { defineRule } from '../rule.ts';
import { entryOf, tablesOf } from '../support/modules.ts';
import { quote } from '../support/words.ts';

export const mSizeNegative = defineRule({
  id: 'm-size-negative',
  family: 'module',
  title: 'Module that keeps its state in globals by declaration',
  severity: 'isolation',
  group: 'isolation',
  exposure: { freeThreaded: false, perInterpreter: true, withGil: false },
  check(extension, report) {
    for (const { unit, table } of tablesOf(extension, 'module')) {
      const size = entryOf(table, 'm_size');
      if (size === undefined || size.detail.replace(/[\s()]/g, '') !== '-1') continue;
      report.inFile(unit, size.span, {
        subject: table.name,
        message: `m_size -1 says that ${quote(table.name)} has global state: all interpreters share it, or refuse the module. Use module state and its size.`,
      });
    }
  },
});

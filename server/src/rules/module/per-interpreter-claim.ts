import type { Extension } from '../../analysis/extension.ts';
import type { Span, TranslationUnit } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { tablesOf } from '../support/modules.ts';
import { quote } from '../support/words.ts';

export const perInterpreterClaim = defineRule({
  id: 'per-interpreter-claim',
  family: 'module',
  title: 'Module claims a GIL for each interpreter and shares state between them',
  severity: 'isolation',
  group: 'isolation',
  exposure: { freeThreaded: false, perInterpreter: true, withGil: false },
  check(extension, report) {
    for (const { unit, table } of tablesOf(extension, 'module-slots')) {
      const claim = table.entries.find(entry => /PER_INTERPRETER_GIL_SUPPORTED/.test(entry.detail));
      const shared = claim === undefined ? undefined : sharedState(extension)[0];
      if (claim === undefined || shared === undefined) continue;
      report.inFile(unit, claim.span, {
        subject: table.name,
        message: `The module says that interpreters may each hold a GIL, but they share ${quote(shared.name)}: two of them change it at once. Use module state.`,
      });
    }
  },
});

/** Static types and objects: what two interpreters would both use, each under its own lock. */
function sharedState(extension: Extension): { unit: TranslationUnit; span: Span; name: string }[] {
  return extension.units.flatMap(unit => [
    ...unit.tables.filter(({ kind }) => kind === 'type').map(({ name, span }) => ({ unit, name, span })),
    ...unit.globals
      .filter(
        ({ type, threadLocal }) => !type.const && !threadLocal && type.pointers > 0 && /^Py\w*Object$/.test(type.base),
      )
      .map(({ name, span }) => ({ unit, name, span })),
  ]);
}

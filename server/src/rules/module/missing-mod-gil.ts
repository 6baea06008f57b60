import type { Extension } from '../../analysis/extension.ts';
import type { Table, TranslationUnit } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

export const missingModGil = defineRule({
  id: 'missing-mod-gil',
  family: 'module',
  title: 'Module does not say that it runs without the GIL',
  severity: 'gil-reenabled',
  check(extension, report) {
    if (extension.callsTo('PyUnstable_Module_SetGIL').length > 0) return;
    for (const view of extension.functions) {
      if (view.body.name !== 'PYBIND11_MODULE' || view.body.locals.some(({ type }) => /mod_gil/.test(type.base)))
        continue;
      const subject = view.body.locals[0]?.type.base ?? 'the module';
      report.inFile(view.unit, view.absolute(view.body.nameSpan), {
        subject,
        message: `Importing this module turns the GIL on for the whole process. Give PYBIND11_MODULE a last argument py::mod_gil_not_used().`,
      });
    }
    for (const unit of extension.units) {
      for (const table of unit.tables) {
        if (table.kind !== 'module-slots' || table.build?.only === 'gil' || declares(extension, unit, table)) continue;
        const last = table.entries.at(-1);
        report.inFile(unit, last?.span ?? table.span, {
          subject: table.name,
          message: `${quote(table.name)} lacks Py_mod_gil: importing the module turns the GIL on for the whole process. Add {Py_mod_gil, Py_MOD_GIL_NOT_USED}.`,
        });
      }
    }
  },
});

/** The slot stands there, or a macro that we know to contain it, or one that nobody can read. */
function declares(extension: Extension, unit: TranslationUnit, table: Table): boolean {
  return table.entries.some(entry => {
    if (entry.slot === 'Py_mod_gil' || /mod_gil/i.test(entry.slot)) return true;
    if (entry.slot.startsWith('Py_mod_')) return false;
    const macro = [unit, ...extension.units].flatMap(one => one.macros).find(one => one.name === entry.slot);
    return macro === undefined ? /^[A-Z_]+$/.test(entry.slot) : /Py_mod_gil/.test(macro.body);
  });
}

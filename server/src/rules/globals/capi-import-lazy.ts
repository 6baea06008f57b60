import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { quote } from '../support/words.ts';

/** Macros and functions that fetch another module's table of functions into a static pointer. */
const IMPORTS = ['PyCapsule_Import', 'import_array', 'import_array1', 'import_umath', '_import_array', '_import_umath'];

export const capiImportLazy = defineRule({
  id: 'capi-import-lazy',
  family: 'globals',
  title: 'C API of another module imported outside module initialisation',
  severity: 'info',
  group: 'pedantic',
  exposure: PROCESS_WIDE,
  local: true,
  check(extension, report) {
    for (const { function: view, step, name } of IMPORTS.flatMap(one => extension.callsTo(one))) {
      if (!view.isConcurrent || view.isInitOnly) continue;
      // A pointer that stays in a local concerns nobody else.
      if (name === 'PyCapsule_Import' && !view.usesOf(step).some(use => isGlobalStore(use.step))) continue;
      const subject = view.step(step)?.macro ?? name;
      report.at(
        { function: view, steps: [step] },
        {
          subject,
          message: `${quote(subject)} stores a static pointer that other threads read at the same time, and imports a module. Call it at module init.`,
        },
      );

      function isGlobalStore(at: number): boolean {
        const op = view.op(at);
        return op?.kind === 'store' && op.place.kind === 'global';
      }
    }
  },
});

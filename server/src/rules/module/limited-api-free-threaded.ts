import { defineRule } from '../rule.ts';

/** The first version whose free-threaded build has a stable ABI. */
const FIRST_SUPPORTED = 15;

export const limitedApiFreeThreaded = defineRule({
  id: 'limited-api-free-threaded',
  family: 'module',
  title: 'Limited API asked for in free-threaded builds, which lack it before 3.15',
  severity: 'compile',
  check(extension, report) {
    const minor = Number(/^3\.(\d+)/.exec(extension.options.target ?? '')?.[1] ?? '0');
    if (minor >= FIRST_SUPPORTED) return;
    for (const unit of extension.units) {
      for (const macro of unit.macros) {
        if (macro.name !== 'Py_LIMITED_API') continue;
        const conditions = extension.conditionsAt(unit, macro.span.start);
        if (conditions.some(({ only, text }) => only === 'gil' || /Py_GIL_DISABLED|LIMITED|ABI/.test(text))) continue;
        report.inFile(unit, macro.span, {
          subject: macro.name,
          message: `Free-threaded builds before 3.15 have no limited API: including Python.h fails there. Define it under #ifndef Py_GIL_DISABLED.`,
        });
      }
    }
  },
});

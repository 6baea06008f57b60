import type { FunctionView } from '../../analysis/view.ts';
import { defineRule } from '../rule.ts';
import { supportsOlderPythons } from '../support/modules.ts';

export const criticalSectionApiUnguarded = defineRule({
  id: 'critical-section-api-unguarded',
  family: 'critical-sections',
  title: 'Locks of Python 3.13 in code that also builds for older Pythons',
  severity: 'compile',
  check(extension, report) {
    if (!supportsOlderPythons(extension)) return;
    const compat = extension.units.some(unit => unit.includes.some(file => file.endsWith('pythoncapi_compat.h')));
    const defined = new Set(
      extension.units.flatMap(unit => [...unit.macros.map(macro => macro.name), ...unit.otherwiseDefined]),
    );
    const locking = extension.functionsDoing('acquire');
    for (const unit of extension.units) {
      // One finding a file says it: the guard is usually one block at its top.
      const unguarded = (one: FunctionView): number | undefined =>
        one.unit === unit ? one.stepsOf('acquire').find(step => isUnguarded(one, step)) : undefined;
      const view = locking.find(one => unguarded(one) !== undefined);
      const first = view === undefined ? undefined : unguarded(view);
      if (view === undefined || first === undefined) continue;
      const by = lockAt(view, first) ?? '';
      report.at(
        { function: view, steps: [first] },
        {
          subject: by,
          message: `Pythons before 3.13 lack \`${by}\`, and this project builds for them too. Put it under a version test, or use pythoncapi-compat for sections.`,
        },
      );
    }

    function lockAt(view: FunctionView, step: number): string | null {
      const op = view.op(step);
      return op?.kind === 'acquire' ? op.lock.by : null;
    }

    function isUnguarded(view: FunctionView, step: number): boolean {
      const by = lockAt(view, step);
      // A macro of the project stands between: it is the one that knows about versions.
      const { macro } = view.step(step) ?? {};
      if (macro !== undefined && macro !== by) return false;
      if (by === null || !/^(?:Py_BEGIN_CRITICAL_SECTION|PyMutex_Lock|PyCriticalSection)/.test(by)) return false;
      if (defined.has(by) || (compat && by.startsWith('Py_BEGIN')) || view.function.function.build !== undefined)
        return false;
      return extension.conditionsAt(view.unit, view.spanOf(step).start).length === 0;
    }
  },
});

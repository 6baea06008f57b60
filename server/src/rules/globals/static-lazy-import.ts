import type { Access } from '../../analysis/accesses.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { certainty, racingAccesses, subjectOf } from '../support/pairs.ts';
import { initGuard, isFilledAtImport, isObjectPointer } from '../support/references.ts';
import { windowOf } from '../support/windows.ts';
import { quote } from '../support/words.ts';

export const staticLazyImport = defineRule({
  id: 'static-lazy-import',
  family: 'globals',
  title: 'Module or attribute imported on first use into a static',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  supersedes: ['static-pyobject-cache'],
  check(extension, report) {
    const stores = racingAccesses(extension, access => {
      return (
        access.struct === null &&
        access.kind !== 'read' &&
        isObjectPointer(extension, access.type) &&
        comesFromImport(access)
      );
    });
    for (const racing of stores) {
      const { access } = racing;
      const guard = initGuard(access);
      const subject = subjectOf(access);
      report.at(
        { function: access.function, steps: guard === null ? [access.step] : [access.step, guard] },
        {
          subject,
          message: `Two threads can import into ${quote(subject)} at once: a reference leaks and readers race. Import it at module init.`,
          confidence: isFilledAtImport(access) ? 'possible' : certainty(access),
          ...windowOf(racing),
        },
      );
    }
  },
});

function comesFromImport(access: Access): boolean {
  const op = access.function.op(access.step);
  if (op?.kind === 'store')
    return initGuard(access) !== null && importedValue(access.function, op.value, access.step, 2);
  return op?.kind === 'call' && op.callee.name !== null && /import/i.test(op.callee.name);
}

/** The result of an import, or an attribute taken from one. */
function importedValue(view: FunctionView, value: Value, step: number, depth: number): boolean {
  return view.origins(value, step).some(origin => {
    if (origin.kind !== 'call') return false;
    const made = view.op(origin.step);
    if (made?.kind !== 'call' || made.callee.name === null) return false;
    if (/import/i.test(made.callee.name)) return true;
    const [first] = made.args;
    return (
      depth > 0 &&
      first !== undefined &&
      /GetAttr/.test(made.callee.name) &&
      importedValue(view, first, origin.step, depth - 1)
    );
  });
}

import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, type Report } from '../rule.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

export const setTypeShared = defineRule({
  id: 'set-type-shared',
  family: 'refcounts',
  title: 'Type of an object changed while other threads may use it',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      view.body.steps.forEach(({ op }, step) => {
        if (!view.isReachable(step)) return;
        if (op.kind === 'call' && (op.callee.name === 'Py_SET_TYPE' || op.callee.name === '_Py_SET_TYPE')) {
          const [object] = op.args;
          if (object !== undefined) consider(report, view, object, step);
        } else if (op.kind === 'store' && op.place.kind === 'field' && op.place.field === 'ob_type') {
          consider(report, view, op.place.base, step);
        }
      });
    }
  },
});

function consider(report: Report, view: FunctionView, object: Value, step: number): void {
  // Static types get their metatype this way before anybody sees them, often again on every import.
  const isStatic = view.origins(object, step).some(origin => origin.kind === 'global-address');
  const confidence = isStatic ? null : visibleToOthers(view, object, step);
  if (confidence === null) return;
  const subject = view.render(object);
  report.at(
    { function: view, steps: [step] },
    {
      subject,
      message: `Other threads read the type of ${quote(subject)} without a lock and may run slots of the old one on the new layout. Make a new object.`,
      confidence,
    },
  );
}

import { placeOf } from '../../program/values.ts';
import { defineRule } from '../rule.ts';

export const obRefcntAccess = defineRule({
  id: 'ob-refcnt-access',
  family: 'refcounts',
  title: 'Direct use of ob_refcnt, which free-threaded builds do not have',
  severity: 'compile',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      view.body.steps.forEach(({ op }, step) => {
        const place = placeOf(op);
        if (place?.kind !== 'field' || place.field !== 'ob_refcnt' || !view.isReachable(step)) return;
        // A struct of the project's own may have such a field.
        if (place.struct !== null && extension.linker.field(place.struct, 'ob_refcnt') !== undefined) return;
        const subject = view.renderPlaceOf(step);
        const instead = op.kind === 'load' ? 'Py_REFCNT()' : 'Py_INCREF(), Py_DECREF() or Py_SET_REFCNT()';
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Free-threaded builds keep two counts and have no \`ob_refcnt\`: this does not compile there. Use ${instead}.`,
          },
        );
      });
    }
  },
});

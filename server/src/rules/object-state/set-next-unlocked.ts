import { defineRule } from '../rule.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

export const setNextUnlocked = defineRule({
  id: 'set-next-unlocked',
  family: 'object-state',
  title: '_PySet_NextEntry over a set that another thread can change',
  severity: 'crash',
  local: true,
  check(extension, report) {
    for (const name of ['_PySet_NextEntry', '_PySet_NextEntryRef']) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const set = op?.kind === 'call' ? op.args[0] : undefined;
        const confidence = set === undefined ? null : visibleToOthers(view, set, step);
        if (set === undefined || confidence === null || view.guard(step, view.path(set, step)) !== null) continue;
        const subject = view.render(set);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `${name} takes no lock: another thread can resize ${quote(subject)} under this loop. Iterate with PyObject_GetIter().`,
            confidence,
          },
        );
      }
    }
  },
});

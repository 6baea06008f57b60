import { defineRule } from '../rule.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

export const listSetItemShared = defineRule({
  id: 'list-set-item-shared',
  family: 'object-state',
  title: 'PyList_SET_ITEM on a list that others can see',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('PyList_SET_ITEM')) {
      const op = view.op(step);
      const list = op?.kind === 'call' ? op.args[0] : undefined;
      const confidence = list === undefined ? null : visibleToOthers(view, list, step);
      if (list === undefined || confidence === null || view.guard(step, view.path(list, step)) !== null) continue;
      const subject = view.render(list);
      report.at(
        { function: view, steps: [step] },
        {
          subject,
          message: `PyList_SET_ITEM checks and locks nothing: another thread can shrink ${quote(subject)} or read the slot meanwhile. Use PyList_SetItem().`,
          confidence,
        },
      );
    }
  },
});

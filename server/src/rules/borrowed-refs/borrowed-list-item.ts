import { defineRule } from '../rule.ts';
import { borrowedUse } from '../support/borrowed.ts';
import { quote, replacementOf } from '../support/words.ts';

export const borrowedListItem = defineRule({
  id: 'borrowed-list-item',
  family: 'borrowed-refs',
  title: 'Item borrowed from a list that another thread can change',
  severity: 'crash',
  check(extension, report) {
    for (const name of ['PyList_GetItem', 'PyList_GET_ITEM']) {
      for (const call of extension.callsTo(name)) {
        const { function: view, step } = call;
        const op = view.op(step);
        const list = op?.kind === 'call' ? op.args[0] : undefined;
        const used = list === undefined ? null : borrowedUse(call, list);
        if (list === undefined || used === null) continue;
        const subject = view.render(list);
        report.at(
          { function: view, steps: [step, ...used.uses.map(use => use.step)] },
          {
            subject,
            message: `Another thread can remove this item from ${quote(subject)} before it is used; using it then crashes. Take a reference: ${replacementOf(name)}.`,
            confidence: used.confidence,
          },
        );
      }
    }
  },
});

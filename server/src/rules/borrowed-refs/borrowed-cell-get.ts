import { defineRule } from '../rule.ts';
import { borrowedUse } from '../support/borrowed.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

export const borrowedCellGet = defineRule({
  id: 'borrowed-cell-get',
  family: 'borrowed-refs',
  title: 'Cell read or written by its macros, without a lock',
  severity: 'crash',
  check(extension, report) {
    for (const name of ['PyCell_GET', 'PyCell_SET']) {
      for (const call of extension.callsTo(name)) {
        const { function: view, step } = call;
        const op = view.op(step);
        const cell = op?.kind === 'call' ? op.args[0] : undefined;
        if (cell === undefined) continue;
        const reads = name === 'PyCell_GET';
        const confidence = reads ? borrowedUse(extension, call, cell)?.confidence : visibleToOthers(view, cell, step);
        if (confidence === undefined || confidence === null) continue;
        const subject = view.render(cell);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: reads
              ? `Another thread can put something else into ${quote(subject)} and free this before it is used: a crash. Use PyCell_Get().`
              : `Another thread can read or write ${quote(subject)} at the same moment: an object is lost or freed twice. Use PyCell_Set().`,
            confidence,
          },
        );
      }
    }
  },
});

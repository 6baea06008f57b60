import { defineRule } from '../rule.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

export const pyBufferShared = defineRule({
  id: 'py-buffer-shared',
  family: 'buffers',
  title: 'Buffer of a shared object released without a lock',
  severity: 'crash',
  local: true,
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('PyBuffer_Release')) {
      const op = view.op(step);
      const buffer = op?.kind === 'call' ? op.args[0] : undefined;
      if (buffer?.kind !== 'address' || buffer.place.kind !== 'field') continue;
      const { base, struct } = buffer.place;
      const confidence = visibleToOthers(view, base, step);
      if (confidence === null || view.isExclusive(base, step) || view.guard(step, view.path(base, step)) !== null)
        continue;
      const subject = view.render(buffer).replace(/^&/, '');
      report.at(
        { function: view, steps: [step] },
        {
          subject,
          message: `Two threads can release ${quote(subject)} at once, or one while the other reads it: freed twice. Lock the object around it.`,
          confidence,
          ...(struct === null ? {} : { owner: struct }),
        },
      );
    }
  },
});

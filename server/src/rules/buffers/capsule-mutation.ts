import { defineRule } from '../rule.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

const SETTERS = ['PyCapsule_SetPointer', 'PyCapsule_SetContext', 'PyCapsule_SetName', 'PyCapsule_SetDestructor'];

export const capsuleMutation = defineRule({
  id: 'capsule-mutation',
  family: 'buffers',
  title: 'Capsule changed while other threads may read it',
  severity: 'crash',
  local: true,
  check(extension, report) {
    for (const name of SETTERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const capsule = op?.kind === 'call' ? op.args[0] : undefined;
        const confidence = capsule === undefined ? null : visibleToOthers(view, capsule, step);
        if (capsule === undefined || confidence === null || view.guard(step, view.path(capsule, step)) !== null)
          continue;
        const subject = view.render(capsule);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Another thread may be using what ${quote(subject)} held until now, and reads it without a lock: a crash. Make a new capsule instead.`,
            confidence,
          },
        );
      }
    }
  },
});

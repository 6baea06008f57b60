import { defineRule } from '../rule.ts';
import { borrowedUse } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

export const memoryviewInternals = defineRule({
  id: 'memoryview-internals',
  family: 'buffers',
  title: 'Pointer into a memoryview that another thread can release',
  severity: 'crash',
  group: 'pedantic',
  check(extension, report) {
    for (const name of ['PyMemoryView_GET_BUFFER', 'PyMemoryView_GET_BASE']) {
      for (const call of extension.callsTo(name)) {
        const { function: view, step } = call;
        const op = view.op(step);
        const owner = op?.kind === 'call' ? op.args[0] : undefined;
        const used = owner === undefined ? null : borrowedUse(extension, call, owner);
        if (owner === undefined || used === null) continue;
        const subject = view.render(owner);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Another thread can call release() on ${quote(subject)} while its buffer is used: freed memory. Take a buffer of your own: PyObject_GetBuffer().`,
            confidence: used.confidence,
          },
        );
      }
    }
  },
});

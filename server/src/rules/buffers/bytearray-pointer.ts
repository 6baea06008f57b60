import { defineRule } from '../rule.ts';
import { borrowedUse } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

export const bytearrayPointer = defineRule({
  id: 'bytearray-pointer',
  family: 'buffers',
  title: 'Pointer into a bytearray that another thread can resize',
  severity: 'crash',
  check(extension, report) {
    for (const name of ['PyByteArray_AS_STRING', 'PyByteArray_AsString']) {
      for (const call of extension.callsTo(name)) {
        const { function: view, step } = call;
        const op = view.op(step);
        const owner = op?.kind === 'call' ? op.args[0] : undefined;
        const used = owner === undefined ? null : borrowedUse(extension, call, owner);
        if (owner === undefined || used === null) continue;
        const subject = view.render(owner);
        report.at(
          { function: view, steps: [step, ...used.uses.map(use => use.step)] },
          {
            subject,
            message: `Another thread can resize ${quote(subject)}, which moves its memory; this pointer then leads nowhere. Hold a buffer: PyObject_GetBuffer().`,
            // Whether it is a bytearray at all is for the caller to know; the call asserts it.
            confidence: used.confidence,
          },
        );
      }
    }
  },
});

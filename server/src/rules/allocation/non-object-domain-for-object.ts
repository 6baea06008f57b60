import { freeOf, OBJECT_INITIALISERS } from '../../capi/allocators.ts';
import { defineRule, WITH_GIL_TOO } from '../rule.ts';
import { allocationsOf } from '../support/memory.ts';

export const nonObjectDomainForObject = defineRule({
  id: 'non-object-domain-for-object',
  family: 'allocation',
  title: 'Python object made in memory that is not from the heap of objects',
  severity: 'crash',
  exposure: WITH_GIL_TOO,
  local: true,
  check(extension, report) {
    for (const name of OBJECT_INITIALISERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const memory = op?.kind === 'call' ? op.args[0] : undefined;
        const wrong = (memory === undefined ? null : allocationsOf(view, memory, step))?.find(
          ({ domain }) => domain !== 'object' && domain !== 'gc',
        );
        if (wrong === undefined) continue;
        report.at(
          { function: view, steps: [wrong.step, step] },
          {
            subject: `${wrong.call}()`,
            message: `An object in memory of \`${wrong.call}()\`: other threads may look at it after ${freeOf(wrong.domain)} and crash. Use PyObject_New().`,
          },
        );
      }
    }
  },
});

import type { Op } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { switches } from '../support/attached.ts';

export const yieldGilLoop = defineRule({
  id: 'yield-gil-loop',
  family: 'gil-api',
  title: 'GIL given up for a moment to let others run',
  severity: 'info',
  group: 'pedantic',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      for (const step of switches(view, 'detach', /BEGIN|SaveThread/)) {
        let next = view.step(step)?.next[0];
        while (next !== undefined && isQuiet(view.op(next))) next = view.step(next)?.next[0];
        if (next === undefined || view.op(next)?.kind !== 'attach') continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: 'the GIL',
            message: `This lets others run between two halves that rely on nobody running otherwise; without the GIL they run all the time. Lock the halves.`,
          },
        );
      }
    }
  },
});

/** Does nothing that others could wait for: keeping the thread state in a variable. */
function isQuiet(op: Op | undefined): boolean {
  return op?.kind === 'join' || (op?.kind === 'store' && op.place.kind === 'local');
}

import type { FunctionView } from '../../analysis/view.ts';
import { apiFact } from '../../capi/facts.ts';
import { defineRule } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { slotFunctions, untrackSteps } from '../support/slots.ts';
import { quote } from '../support/words.ts';

export const deallocBlocks = defineRule({
  id: 'dealloc-blocks',
  family: 'type-slots',
  title: 'Destructor that waits while the collector still tracks the object',
  severity: 'crash',
  check(extension, report) {
    for (const view of slotFunctions(extension, 'tp_dealloc')) {
      const untracks = untrackSteps(extension, view);
      const wait = view.body.steps.findIndex((_, step) => {
        return waitsBy(view, step) !== null && view.isReachable(step) && leads(view, 0, step, untracks);
      });
      const by = waitsBy(view, wait);
      if (by === null) continue;
      report.at(
        { function: view, steps: [wait] },
        {
          subject: by,
          message: `While ${quote(by)} waits, another thread's collection can find the dead object and free it again. Call PyObject_GC_UnTrack() first.`,
        },
      );
    }
  },
});

/** What the step waits with: a lock, a detached thread state, a call that detaches. */
function waitsBy(view: FunctionView, step: number): string | null {
  const op = view.op(step);
  if (op?.kind === 'acquire') return op.lock.by;
  if (op?.kind === 'detach') return op.by;
  if (op?.kind !== 'call' || op.callee.name === null) return null;
  return apiFact(op.callee.name)?.suspends === 'blocks' ? op.callee.name : null;
}

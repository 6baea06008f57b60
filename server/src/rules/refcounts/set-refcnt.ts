import type { Origin } from '../../analysis/origins.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

/** Overwrite a count as a whole, with whatever other threads have just done to it. */
const SETTERS = ['Py_SET_REFCNT', '_Py_NewReference', '_Py_SetImmortal', '_Py_SetImmortalUntracked'];

export const setRefcnt = defineRule({
  id: 'set-refcnt',
  family: 'refcounts',
  title: 'Reference count overwritten',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const name of SETTERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const object = op?.kind === 'call' ? op.args[0] : undefined;
        if (object === undefined || !view.isConcurrent || view.isInitOnly) continue;
        // The slot of a free list: whether the list itself is guarded is another rule's question.
        if (name === '_Py_NewReference' && view.origins(object, step).some(isRecycled)) continue;
        const ownership = view.ownership(object, step);
        const dying = view.surroundings.contexts.has('dealloc');
        if (ownership === 'private' && !dying) continue;
        const subject = view.render(object);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: dying
              ? `Other threads may still hold stale pointers to ${quote(subject)}; giving it a new count brings it back for them too. Allocate a new object.`
              : `Another thread may count ${quote(subject)} up or down right now; overwriting the count loses that, and the object is freed early or never.`,
            confidence: ownership === 'shared' || dying ? 'likely' : 'possible',
          },
        );
      }
    }
  },
});

function isRecycled(origin: Origin): boolean {
  return origin.kind === 'global' || origin.kind === 'field' || origin.kind === 'element' || origin.kind === 'unknown';
}

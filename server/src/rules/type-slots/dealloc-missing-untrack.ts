import { defineRule } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { dropSteps, slotFunctions, untrackSteps } from '../support/slots.ts';

export const deallocMissingUntrack = defineRule({
  id: 'dealloc-missing-untrack',
  family: 'type-slots',
  title: 'Destructor that takes apart an object which the collector still tracks',
  severity: 'crash',
  check(extension, report) {
    for (const view of slotFunctions(extension, 'tp_dealloc')) {
      const untracks = untrackSteps(extension, view);
      const drop = dropSteps(extension, view).find(step => leads(view, 0, step, untracks));
      if (drop === undefined) continue;
      const [late] = untracks;
      report.at(
        { function: view, steps: [drop] },
        {
          subject: view.name,
          message:
            "Another thread's collection can find the object at a count of zero and destroy it a second time: crash. Call PyObject_GC_UnTrack() first.",
          ...(late === undefined
            ? {}
            : {
                related: [
                  { at: { function: view, steps: [late] as const }, message: 'It leaves the collector only here' },
                ],
              }),
        },
      );
    }
  },
});

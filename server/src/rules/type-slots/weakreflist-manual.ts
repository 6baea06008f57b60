import { defineRule } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { dropSteps } from '../support/slots.ts';

export const weakreflistManual = defineRule({
  id: 'weakreflist-manual',
  family: 'type-slots',
  title: 'Weak references cleared after the fields of the object',
  severity: 'crash',
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('PyObject_ClearWeakRefs')) {
      if (!view.surroundings.contexts.has('dealloc')) continue;
      const drop = dropSteps(extension, view).find(at => at !== step && leads(view, at, step, -1));
      if (drop === undefined) continue;
      report.at(
        { function: view, steps: [step] },
        {
          subject: view.name,
          message:
            'Another thread can still take the object from a weak reference while its fields are gone. Call PyObject_ClearWeakRefs() before.',
          related: [{ at: { function: view, steps: [drop] }, message: 'The fields go here' }],
        },
      );
    }
  },
});

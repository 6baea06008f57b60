import { defineRule } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { dropSteps } from '../support/slots.ts';

export const weakreflistManual = defineRule({
  id: 'weakreflist-manual',
  family: 'type-slots',
  title: 'Weak references cleared after the fields of the object',
  // Nobody gets the object any more: a weak reference does not hand out what has a count of 0.
  severity: 'info',
  group: 'pedantic',
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
            'Weak references look alive, and their callbacks wait, while code runs that the fields going away sets off. Call PyObject_ClearWeakRefs() before.',
          related: [{ at: { function: view, steps: [drop] }, message: 'The fields go here' }],
        },
      );
    }
  },
});

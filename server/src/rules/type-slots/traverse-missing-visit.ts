import { defineRule } from '../rule.ts';
import { collectedTypes, slotFunction, stepsCalling } from '../support/slots.ts';

export const traverseMissingVisit = defineRule({
  id: 'traverse-missing-visit',
  family: 'type-slots',
  title: 'Heap type whose instances do not visit their type',
  severity: 'info',
  group: 'pedantic',
  check(extension, report) {
    const seen = new Set<number>();
    for (const type of collectedTypes(extension)) {
      const view = type.table.kind === 'slots' ? slotFunction(extension, type, 'tp_traverse') : undefined;
      if (view === undefined || seen.has(view.id)) continue;
      seen.add(view.id);
      // A base's traversal, called through its slot, visits the type as well.
      const visits = stepsCalling(extension, view, name => name === 'Py_TYPE' || name.endsWith('traverse'));
      if (visits.length > 0) continue;
      report.at(
        { function: view, steps: [0] },
        {
          subject: view.name,
          message:
            'Instances own a reference to their heap type: unvisited, the type is never freed. Add Py_VISIT(Py_TYPE(self)).',
          where: view.body.nameSpan,
        },
      );
    }
  },
});

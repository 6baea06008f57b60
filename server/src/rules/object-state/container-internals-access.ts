import { isContainerInternal } from '../../capi/containers.ts';
import { placeOf } from '../../program/values.ts';
import { defineRule } from '../rule.ts';
import { visibleToOthers } from '../support/objects.ts';
import { eachStep } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const containerInternalsAccess = defineRule({
  id: 'container-internals-access',
  family: 'object-state',
  title: 'Field of a list, dict, set or bytearray used directly',
  severity: 'crash',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      if (!view.isConcurrent || view.isInitOnly) continue;
      const seen = new Set<string>();
      eachStep(view, step => {
        const op = view.op(step);
        const place = op === undefined ? null : placeOf(op);
        if (place?.kind !== 'field' || place.struct === null) return;
        // A project may have a struct of that name.
        if (!isContainerInternal(place.struct, place.field) || extension.linker.struct(place.struct) !== undefined)
          return;
        const path = view.path(place.base, step);
        const confidence = visibleToOthers(view, place.base, step);
        if (confidence === null || seen.has(path) || view.guard(step, path) !== null) return;
        seen.add(path);
        const subject = view.renderPlaceOf(step);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `${quote(subject)} is read without the object's lock: another thread can change or free it meanwhile. Use the public calls.`,
            confidence,
          },
        );
      });
    }
  },
});

import { defineRule } from '../rule.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

/** Replace the object that a variable holds, and change it in place when its count is one. */
const REPLACING = [
  'PyUnicode_Append',
  'PyUnicode_AppendAndDel',
  'PyBytes_Concat',
  'PyBytes_ConcatAndDel',
  '_PyBytes_Resize',
];

export const unicodeAppendField = defineRule({
  id: 'unicode-append-field',
  family: 'refcounts',
  title: 'Shared str or bytes variable appended to without a lock',
  severity: 'crash',
  supersedes: ['setref-field-unlocked', 'object-field-rmw'],
  local: true,
  check(extension, report) {
    for (const name of REPLACING) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const target = op?.kind === 'call' ? op.args[0] : undefined;
        if (target?.kind !== 'address' || !view.isConcurrent || view.isInitOnly) continue;
        const { place } = target;
        if (place.kind !== 'field' && place.kind !== 'global') continue;
        if (place.kind === 'field' && visibleToOthers(view, place.base, step) === null) continue;
        const object = place.kind === 'field' ? view.path(place.base, step) : view.path(target, step);
        if (view.guard(step, object) !== null) continue;
        const subject = view.render(target).replace(/^&/, '');
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Two threads that append to ${quote(subject)} at once drop the same old object twice; the next use crashes. Lock around the call.`,
            confidence: view.isUnreached ? 'possible' : 'likely',
            ...(place.kind === 'field' && place.struct !== null ? { owner: place.struct } : {}),
          },
        );
      }
    }
  },
});

import type { FunctionView } from '../../analysis/view.ts';
import { VERSION_FIELDS } from '../../capi/objects.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { certaintyIn } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const typeCacheStatic = defineRule({
  id: 'type-cache-static',
  family: 'type-slots',
  title: 'Look-up cached in a static variable by the version tag of a type or dict',
  severity: 'crash',
  exposure: PROCESS_WIDE,
  supersedes: ['global-config-flag', 'static-pyobject-cache', 'global-c-structure'],
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      if (!view.isConcurrent || view.isInitOnly) continue;
      view.stepsOf('store').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'store' || op.place.kind !== 'global') return;
        if (view.global(op.place.name)?.variable.threadLocal === true || view.locksAt(step).length > 0) return;
        if (!isVersion(view, op.value, step)) return;
        const subject = view.renderPlaceOf(step);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Another thread can see the tag ${quote(subject)} without what was cached for it, or the reverse: stale or freed. Drop the cache, or lock it.`,
            confidence: certaintyIn(view),
          },
        );
      });
    }
  },
});

function isVersion(view: FunctionView, value: Value, step: number): boolean {
  return view.origins(value, step).some(origin => origin.kind === 'field' && VERSION_FIELDS.has(origin.field));
}

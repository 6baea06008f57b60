import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { certaintyIn } from '../support/pairs.ts';
import { globalType, nameOfType, typeWrites } from '../support/type-objects.ts';
import { quote } from '../support/words.ts';

export const staticTypeMutation = defineRule({
  id: 'static-type-mutation',
  family: 'globals',
  title: 'Type object changed while other threads use it',
  severity: 'corruption',
  exposure: PROCESS_WIDE,
  local: true,
  check(extension, report) {
    const seen = new Set<string>();
    for (const view of extension.functions) {
      if (!view.isConcurrent || view.isInitOnly) continue;
      for (const { step, type, field } of typeWrites(view)) {
        if (view.isExclusive(type, step)) continue;
        const subject = nameOfType(view, type);
        const key = `${view.id} ${subject}`;
        if (seen.has(key)) continue;
        seen.add(key);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Other threads read \`${field}\` of the type ${quote(subject)} without a lock while this changes it. Set it before PyType_Ready(), at module init.`,
            confidence: globalType(view, type, step) === null ? 'possible' : certaintyIn(view),
          },
        );
      }
    }
  },
});

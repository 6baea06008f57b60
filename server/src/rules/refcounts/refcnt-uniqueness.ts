import { defineRule } from '../rule.ts';
import { countTests } from '../support/counts.ts';
import { ownerOf, visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

export const refcntUniqueness = defineRule({
  id: 'refcnt-uniqueness',
  family: 'refcounts',
  title: 'Reference count of one taken as proof that nobody else has the object',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const { function: view, step, object, unique } of countTests(extension)) {
      const confidence = unique ? visibleToOthers(view, object, step) : null;
      if (confidence === null) continue;
      const subject = view.render(object);
      report.at(
        { function: view, steps: [step] },
        {
          subject,
          message: `Another thread can use ${quote(subject)} although its count reads 1; changing it corrupts what that thread sees. Use PyUnstable_Object_IsUniquelyReferenced().`,
          confidence,
          ...ownerOf(view, object, step),
        },
      );
    }
  },
});

import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { switches } from '../support/attached.ts';

export const allowThreadsNested = defineRule({
  id: 'allow-threads-nested',
  family: 'gil-api',
  title: 'Thread detached that is detached already',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      for (const step of switches(view, 'detach', /BEGIN|SaveThread/)) {
        if (!view.detachedAt(step)) continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: 'the thread state',
            message: `The thread has let go of its state already: detaching again is a fatal error that ends the process. Remove the inner pair.`,
          },
        );
      }
    }
  },
});

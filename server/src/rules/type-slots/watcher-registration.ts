import { WATCHER_CALLS } from '../../capi/objects.ts';
import { defineRule } from '../rule.ts';
import { certaintyIn } from '../support/pairs.ts';
import { quote } from '../support/words.ts';

export const watcherRegistration = defineRule({
  id: 'watcher-registration',
  family: 'type-slots',
  title: 'Watcher registered while other threads run',
  severity: 'corruption',
  check(extension, report) {
    for (const name of WATCHER_CALLS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        if (!view.isConcurrent || view.isInitOnly || view.locksAt(step).length > 0) continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: name,
            message: `Two threads in ${quote(name)} can get the same slot, and others may call a watcher half set. Register when the module is set up.`,
            confidence: certaintyIn(view),
          },
        );
      }
    }
  },
});

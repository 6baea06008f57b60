import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

export const dictNextUnlocked = defineRule({
  id: 'dict-next-unlocked',
  family: 'object-state',
  title: 'PyDict_Next over a dict that another thread can change',
  severity: 'crash',
  check(extension, report) {
    const seen = new Set<string>();
    for (const name of ['PyDict_Next', '_PyDict_Next']) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const dict = op?.kind === 'call' ? op.args[0] : undefined;
        if (dict === undefined || !view.isConcurrent) continue;
        const ownership = view.ownership(dict, step);
        if (ownership !== 'shared' && ownership !== 'unknown') continue;
        const path = view.path(dict, step);
        const source = extension.accesses.sourceOf(view, dict, step);
        if (view.guard(step, path) !== null || (source !== null && extension.frozen.isFrozen(source))) continue;
        const key = `${view.id} ${path}`;
        if (seen.has(key)) continue;
        seen.add(key);
        const subject = view.render(dict);
        const sure = ownership === 'shared' && !view.isUnreached;
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `PyDict_Next takes no lock: another thread can resize ${quote(subject)} under this loop. Put it in a critical section on the dict.`,
            confidence: sure ? 'likely' : 'possible',
          },
        );
      }
    }
  },
});

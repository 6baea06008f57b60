import { isPrivateAtomic } from '../../capi/objects.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

export const privateAtomics = defineRule({
  id: 'private-atomics',
  family: 'atomics',
  title: 'Atomic operation that is private to CPython',
  severity: 'info',
  group: 'pedantic',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      const seen = new Set<string>();
      view.stepsOf('call').forEach(step => {
        const op = view.op(step);
        const name = op?.kind === 'call' ? op.callee.name : null;
        if (name === null || seen.has(name) || !isPrivateAtomic(name)) return;
        seen.add(name);
        report.at(
          { function: view, steps: [step] },
          {
            subject: name,
            message: `${quote(name)} is private to CPython and may change or go with any release. Use <stdatomic.h> or std::atomic.`,
          },
        );
      });
    }
  },
});

import { defineRule } from '../rule.ts';
import { followingUses } from '../support/borrowed.ts';
import { quote, replacementOf } from '../support/words.ts';

export const borrowedWeakrefObject = defineRule({
  id: 'borrowed-weakref-object',
  family: 'borrowed-refs',
  title: 'Object borrowed from a weak reference',
  severity: 'crash',
  local: true,
  check(extension, report) {
    for (const name of ['PyWeakref_GetObject', 'PyWeakref_GET_OBJECT']) {
      for (const call of extension.callsTo(name)) {
        const { function: view, step } = call;
        const op = view.op(step);
        const reference = op?.kind === 'call' ? op.args[0] : undefined;
        if (reference === undefined || !view.isConcurrent) continue;
        // Nothing keeps the referent alive, whoever owns or locks the weak reference.
        const uses = followingUses(call);
        if (uses.length === 0) continue;
        const subject = view.render(reference);
        report.at(
          { function: view, steps: [step, ...uses.map(use => use.step)] },
          {
            subject,
            message: `Nothing keeps the object behind ${quote(subject)} alive: another thread can free it before it is used. Use ${replacementOf(name)}.`,
          },
        );
      }
    }
  },
});

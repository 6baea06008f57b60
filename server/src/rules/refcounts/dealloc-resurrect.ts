import { keptArguments, takesReference } from '../../capi/objects.ts';
import { defineRule, WITH_GIL_TOO } from '../rule.ts';
import { quote } from '../support/words.ts';

export const deallocResurrect = defineRule({
  id: 'dealloc-resurrect',
  family: 'refcounts',
  title: 'Destructor that hands out the object that it destroys',
  severity: 'crash',
  exposure: WITH_GIL_TOO,
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      if (!view.surroundings.contexts.has('dealloc') || view.surroundings.parameters[0]?.exclusive !== true) continue;
      if (isFinalizer(view.surroundings.entryPoints)) continue;
      view.body.steps.forEach(({ op }, step) => {
        if (op.kind !== 'call' || !view.isReachable(step) || op.callee.name === null) return;
        const kept = takesReference(op.callee.name) ? [0] : keptArguments(op.callee.name, op.args.length);
        const self = kept
          ?.map(index => op.args[index])
          .find(value => {
            return value !== undefined && view.path(value, step) === 'p0';
          });
        if (self === undefined) return;
        const subject = view.render(self);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `The count of ${quote(subject)} is already zero: a thread that gets it here uses freed memory. Do this in tp_finalize.`,
          },
        );
      });
    }
  },
});

/** `tp_finalize` and `tp_del` run while the object still has an owner. */
function isFinalizer(entryPoints: readonly string[]): boolean {
  return entryPoints.some(entry => /tp_finalize|tp_del\b/.test(entry));
}

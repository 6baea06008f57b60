import { defineRule } from '../rule.ts';
import { lockedObject, lockingFunctions, ownSections } from '../support/sections.ts';
import { quote } from '../support/words.ts';

/** Calls on a built-in container that lock it themselves. The macros and PyDict_Next do not. */
const LOCKS_ITSELF =
  /^Py(?:List_(?:Append|Insert|SetItem|GetItemRef|SetSlice|GetSlice|Sort|Reverse|AsTuple)|Dict_(?:SetItem\w*|DelItem\w*|GetItem(?:String)?Ref|Contains\w*|SetDefaultRef|Pop\w*|Clear|Copy|Update|Merge)|Set_(?:Add|Discard|Contains|Pop|Clear)|Object_(?:SetItem|GetItem|DelItem))$/;

/** On 3.13 the inner lock of the same object suspends the outer section; 3.14 sees that it is held already. */
export const criticalSectionOnBuiltin = defineRule({
  id: 'critical-section-on-builtin',
  family: 'critical-sections',
  title: 'Critical section on a list, dict or set around calls that lock it themselves',
  severity: 'lost-update',
  local: true,
  check(extension, report) {
    const on313 = extension.options.target === '3.13';
    for (const view of lockingFunctions(extension)) {
      const seen = new Set<number>();
      view.stepsOf('call').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'call' || !LOCKS_ITSELF.test(op.callee.name ?? '') || op.args[0] === undefined) return;
        const container = view.path(op.args[0], step);
        const open = ownSections(view, step).find(lock => lock.path === container);
        if (open === undefined || seen.has(open.step)) return;
        seen.add(open.step);
        const subject = lockedObject(view, open);
        report.at(
          { function: view, steps: [step, open.step] },
          {
            subject,
            message: `On Python 3.13 this call suspends the section on ${quote(subject)}: other threads get in between. Lock the object that owns it instead.`,
            confidence: on313 ? 'likely' : 'possible',
            related: [{ at: { function: view, steps: [open.step] }, message: 'The section begins here' }],
          },
        );
      });
    }
  },
});

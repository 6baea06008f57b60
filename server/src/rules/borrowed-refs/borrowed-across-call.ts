import type { Call } from '../../analysis/extension.ts';
import { Remembered } from '../../analysis/remembered.ts';
import { apiFact } from '../../capi/facts.ts';
import { runsAnyPython } from '../../capi/python-calls.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { borrowedUse, followingUses, isReferenceTaken } from '../support/borrowed.ts';
import { leads } from '../support/guards.ts';
import { quote, replacementOf } from '../support/words.ts';

const LENDERS = [
  'PyList_GetItem',
  'PyList_GET_ITEM',
  'PyDict_GetItem',
  'PyDict_GetItemWithError',
  'PyDict_GetItemString',
];

/** The window is open with the GIL too: the call in between runs code that can drop the owner's reference. */
export const borrowedAcrossCall = defineRule({
  id: 'borrowed-across-call',
  family: 'borrowed-refs',
  title: 'Borrowed reference used after a call that runs Python code',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  supersedes: ['borrowed-list-item', 'borrowed-dict-item', 'borrowed-dict-setdefault'],
  check(extension, report) {
    for (const name of LENDERS) {
      for (const call of extension.callsTo(name)) {
        const { function: view, step } = call;
        const op = view.op(step);
        const owner = op?.kind === 'call' ? op.args[0] : undefined;
        if (owner === undefined) continue;
        const known = view.once(useAfterPython, () => new Remembered<After | null>());
        const across = known.of(owner, step, () => useAfterPython(call));
        if (across === null || borrowedUse(extension, call, owner)?.confidence !== 'likely') continue;
        const subject = view.render(owner);
        report.at(
          { function: view, steps: [step, across.use] },
          {
            subject,
            message: `\`${across.by}\` can run code that removes this item from ${quote(subject)}; using it after that crashes, with the GIL too. Use ${replacementOf(name)}.`,
            related: [{ at: { function: view, steps: [across.use] }, message: 'Used here, after the call' }],
          },
        );
      }
    }
  },
});

interface After {
  readonly use: number;
  readonly by: string;
}

function useAfterPython(call: Call): After | null {
  const { function: view, step } = call;
  const uses = followingUses(call);
  if (uses.some(use => isReferenceTaken(call, use))) return null;
  for (let at = step + 1; at < view.body.steps.length; at++) {
    const op = view.op(at);
    const name = op?.kind === 'call' ? op.callee.name : null;
    if (name === null || !runsAnyPython(name) || apiFact(name)?.suspends === 'no' || !leads(view, step, at, -1))
      continue;
    const use = uses.find(one => one.step > at && leads(view, at, one.step, step));
    if (use !== undefined) return { use: use.step, by: `${name}()` };
  }
  return null;
}

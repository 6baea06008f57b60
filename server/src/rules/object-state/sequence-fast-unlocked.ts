import type { Call } from '../../analysis/extension.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

/** Calls that look into the sequence without its lock. */
const RAW_ACCESS = /^(?:PySequence_Fast_(?:GET_ITEM|GET_SIZE|ITEMS)|PyList_GET_(?:ITEM|SIZE))$/;

export const sequenceFastUnlocked = defineRule({
  id: 'sequence-fast-unlocked',
  family: 'object-state',
  title: 'PySequence_Fast on a list that another thread can change',
  severity: 'crash',
  supersedes: ['borrowed-list-item'],
  check(extension, report) {
    for (const call of extension.callsTo('PySequence_Fast')) {
      const { function: view, step } = call;
      const op = view.op(step);
      const source = op?.kind === 'call' ? op.args[0] : undefined;
      if (source === undefined || !view.isConcurrent) continue;
      const ownership = view.ownership(source, step);
      if (ownership !== 'shared' && ownership !== 'unknown') continue;
      const unlocked = unlockedUses(call);
      if (unlocked.length === 0) continue;
      const subject = view.render(source);
      const sure = ownership === 'shared' && !view.surroundings.contexts.has('unreached');
      report.at(
        { function: view, steps: [step, ...unlocked] },
        {
          subject,
          message: `If ${quote(subject)} is a list this is that list, not a copy: another thread can shrink it in between. Use PySequence_Tuple().`,
          confidence: sure ? 'likely' : 'possible',
        },
      );
    }
  },
});

/** Steps that read the result raw while neither it nor its source is locked. */
function unlockedUses(call: Call): number[] {
  const { function: view, step } = call;
  const op = view.op(step);
  const source = op?.kind === 'call' && op.args[0] !== undefined ? view.path(op.args[0], step) : null;
  const out = new Set<number>();
  for (const use of view.usesOf(step)) {
    const raw = view.op(use.step);
    if (raw?.kind !== 'call' || use.argument !== 0 || raw.callee.name === null || !RAW_ACCESS.test(raw.callee.name))
      continue;
    const guarded = view.guard(use.step, `c${step}`) ?? (source === null ? null : view.guard(use.step, source));
    if (guarded === null) out.add(use.step);
  }
  return [...out].sort((a, b) => a - b);
}

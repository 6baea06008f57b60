import type { Use } from '../../analysis/definitions.ts';
import type { Call, Extension } from '../../analysis/extension.ts';
import { isTuple } from '../../analysis/tuples.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { readsSequenceRaw } from '../../capi/objects.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, type Report } from '../rule.ts';
import { borrowedUse } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

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
      if (unlocked.length === 0 || isTuple(extension, view, source, step)) continue;
      const subject = view.render(source);
      const sure = ownership === 'shared' && !view.isUnreached;
      report.at(
        { function: view, steps: [step, ...unlocked] },
        {
          subject,
          message: `If ${quote(subject)} is a list this is that list, not a copy: another thread can shrink it in between. Use PySequence_Tuple().`,
          confidence: sure ? 'likely' : 'possible',
        },
      );
    }
    reportHelpers(extension, report);
  },
});

/** Helpers that get the result of PySequence_Fast and read items from it. */
function reportHelpers(extension: Extension, report: Report): void {
  for (const name of ['PySequence_Fast_GET_ITEM', 'PySequence_Fast_ITEMS']) {
    for (const call of extension.callsTo(name)) {
      const { function: view, step } = call;
      const op = view.op(step);
      const items = op?.kind === 'call' ? op.args[0] : undefined;
      if (items === undefined || view.origins(items, step).some(origin => origin.kind === 'call')) continue;
      if (comesFromReportedCall(extension, view, items, step)) continue;
      const used = borrowedUse(extension, call, items);
      if (used === null || isTuple(extension, view, items, step)) continue;
      const subject = view.render(items);
      report.at(
        { function: view, steps: [step, ...used.uses.map(use => use.step)] },
        {
          subject,
          message: `${quote(subject)} may be a list of the caller's: another thread can drop this item before it is used. Lock it, or pass a tuple.`,
          confidence: used.confidence,
        },
      );
    }
  }
}

/** Steps that read the result raw while neither it nor its source is locked. */
function unlockedUses(call: Call): number[] {
  const { function: view, step } = call;
  const op = view.op(step);
  const source = op?.kind === 'call' && op.args[0] !== undefined ? view.path(op.args[0], step) : null;
  const out = new Set<number>();
  for (const use of view.usesOf(step)) {
    if (!looksInto(view, use)) continue;
    const guarded = view.guard(use.step, `c${step}`) ?? (source === null ? null : view.guard(use.step, source));
    if (guarded === null) out.add(use.step);
  }
  return [...out].sort((a, b) => a - b);
}

/** The use reads size or items, itself or in the function that it is passed to. */
function looksInto(view: FunctionView, use: Use): boolean {
  const op = view.op(use.step);
  if (op?.kind !== 'call' || use.role !== 'argument' || op.callee.name === null) return false;
  const callee = view.semantics.callee(use.step);
  if (callee?.kind === 'project') return callee.summary.looksInto.includes(use.argument);
  return use.argument === 0 && readsSequenceRaw(op.callee.name);
}

/** The parameter holds what a caller got from PySequence_Fast: the finding stands there. */
function comesFromReportedCall(extension: Extension, view: FunctionView, items: Value, step: number): boolean {
  const [origin] = view.origins(items, step);
  if (origin?.kind !== 'parameter') return false;
  return (extension.graph.callersOf[view.id] ?? []).some(site => {
    const caller = extension.functions[site.caller];
    const op = caller?.op(site.step);
    const argument = op?.kind === 'call' ? op.args[origin.index] : undefined;
    if (caller === undefined || argument === undefined) return false;
    return caller.origins(argument, site.step).some(from => {
      const made = from.kind === 'call' ? caller.op(from.step) : undefined;
      return made?.kind === 'call' && made.callee.name === 'PySequence_Fast';
    });
  });
}

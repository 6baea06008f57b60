import type { FunctionView } from '../../analysis/view.ts';
import { apiFact } from '../../capi/facts.ts';
import { dropsReference, takesReference } from '../../capi/objects.ts';
import { defineRule } from '../rule.ts';
import { quote } from '../support/words.ts';

/** The collector may call these itself, or they only read. */
const HARMLESS = /_DuringGC$|Visit|^_?Py(?:Type_GetSlot|(?:Module|Type)_Get\w*State|Object_Get\w*Data)$/;

/** Runs only when something has failed, which look-ups of the object's own data never do in practice. */
const REPORTS = /^PyErr_(?:WriteUnraisable|FormatUnraisable|Set\w+|Format\w*|Print\w*)$/;

export const traverseSideEffects = defineRule({
  id: 'traverse-side-effects',
  family: 'type-slots',
  title: 'tp_traverse that does more than visit',
  severity: 'deadlock',
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      if (!view.surroundings.contexts.has('traverse')) continue;
      const reported = new Set<string>();
      view.body.steps.forEach((_, step) => {
        const effect = view.isReachable(step) ? effectOf(view, step) : null;
        if (effect === null || reported.has(effect.by)) return;
        reported.add(effect.by);
        report.at(
          { function: view, steps: [step] },
          {
            subject: effect.by,
            message: effect.message,
            severity: effect.waits ? 'deadlock' : 'corruption',
            confidence: REPORTS.test(effect.by) ? 'possible' : 'likely',
          },
        );
      });
    }
  },
});

function effectOf(view: FunctionView, step: number): { by: string; message: string; waits: boolean } | null {
  const op = view.op(step);
  if (op?.kind === 'acquire' || op?.kind === 'detach' || op?.kind === 'attach') {
    const by = op.kind === 'acquire' ? op.lock.by : op.by;
    const message = `${quote(by)} can wait for ever: the collector calls this while all other threads, owners of locks too, are stopped. Only visit.`;
    return { by, message, waits: true };
  }
  const name = op?.kind === 'call' ? op.callee.name : null;
  if (name === null || HARMLESS.test(name)) return null;
  const by = view.step(step)?.macro ?? name;
  if (takesReference(name) || dropsReference(name)) {
    const message = `${quote(by)} changes a count while the collector computes with the counts of all stopped threads: it frees what is in use. Only visit.`;
    return { by, message, waits: false };
  }
  const fact = apiFact(name);
  if (fact === undefined || (fact.returns !== 'new' && fact.suspends !== 'python' && fact.suspends !== 'blocks'))
    return null;
  const message = `${quote(by)} may allocate, lock or run code while the collector has stopped all other threads: it can wait for ever. Only visit.`;
  return { by, message, waits: true };
}

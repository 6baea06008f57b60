import type { FunctionView } from '../../analysis/view.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { producer } from '../support/objects.ts';
import { isObjectPointer } from '../support/references.ts';
import { quote } from '../support/words.ts';

const TRACKS = ['PyObject_GC_Track', '_PyObject_GC_TRACK'];
/** Memory that is not filled with zeros, unlike that from `tp_alloc`. */
const UNFILLED = /^_?PyObject_GC_New(?:Var)?$/;

export const gcTrackEarly = defineRule({
  id: 'gc-track-early',
  family: 'type-slots',
  title: 'Object shown to the collector before its fields are valid',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const name of TRACKS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const object = op?.kind === 'call' ? op.args[0] : undefined;
        if (object === undefined || !UNFILLED.test(producer(view, object, step)?.op.callee.name ?? '')) continue;
        const path = view.path(object, step);
        const late = objectFieldStores(view, path).find(({ store, field, struct }) => {
          if (!leads(view, step, store, -1) || leads(view, store, step, -1)) return false;
          if (!isObjectPointer(extension, extension.linker.field(struct, field)?.type ?? null)) return false;
          return !objectFieldStores(view, path).some(
            other => other.field === field && leads(view, other.store, step, -1),
          );
        });
        if (late === undefined) continue;
        report.at(
          { function: view, steps: [step] },
          {
            subject: view.render(object),
            message: `Another thread's collection can follow ${quote(late.field)}, which holds garbage until it is set below. Track the object last.`,
            confidence: stopsBetween(view, step, late.store) ? 'likely' : 'possible',
            related: [{ at: { function: view, steps: [late.store] }, message: 'The field is set only here' }],
          },
        );
      }
    }
  },
});

/** A collection waits until this thread runs Python code, blocks or detaches: between the two steps it does. */
function stopsBetween(view: FunctionView, from: number, to: number): boolean {
  return view.body.steps.some(
    ({ op }, step) =>
      step !== from &&
      (op.kind === 'detach' || /^(?:python|blocks|lock)$/.test(view.suspends(step))) &&
      leads(view, from, step, to) &&
      leads(view, step, to, from),
  );
}

function objectFieldStores(view: FunctionView, object: string): { store: number; field: string; struct: string }[] {
  return view.body.steps.flatMap(({ op }, store) => {
    if (op.kind !== 'store' || op.place.kind !== 'field' || op.place.struct === null || !view.isReachable(store))
      return [];
    const { field, struct } = op.place;
    return view.path(op.place.base, store) === object ? [{ store, field, struct }] : [];
  });
}

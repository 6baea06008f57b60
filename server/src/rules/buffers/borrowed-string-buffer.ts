import type { FunctionView } from '../../analysis/view.ts';
import { takesReference } from '../../capi/objects.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { quote } from '../support/words.ts';

const POINTERS = ['PyUnicode_AsUTF8', 'PyUnicode_AsUTF8AndSize', 'PyBytes_AsString', 'PyBytes_AS_STRING'];

/** The pointer lives as long as the object: keeping it needs a reference to the object beside it. */
export const borrowedStringBuffer = defineRule({
  id: 'borrowed-string-buffer',
  family: 'buffers',
  title: 'Pointer into a str or bytes kept without the object',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const name of POINTERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const object = op?.kind === 'call' ? op.args[0] : undefined;
        if (object === undefined) continue;
        const kept = keptAt(view, step);
        if (kept === null || ownsObject(view, object, step)) continue;
        const subject = view.renderPlaceOf(kept);
        report.at(
          { function: view, steps: [kept, step] },
          {
            subject,
            message: `${quote(subject)} points into ${quote(view.render(object))}, which nobody keeps: once it is freed, any thread that reads this crashes. Keep the object too.`,
            confidence: view.isUnreached ? 'possible' : 'likely',
          },
        );
      }
    }
  },
});

/** The store of the pointer into a field or a global. */
function keptAt(view: FunctionView, step: number): number | null {
  for (const use of view.usesOf(step)) {
    const op = view.op(use.step);
    if (op?.kind !== 'store' || use.role !== 'stored') continue;
    if (op.place.kind === 'global') return use.step;
    if (
      op.place.kind === 'field' &&
      view.ownership(op.place.base, use.step) !== 'private' &&
      !isStack(view, op.place.base, use.step)
    )
      return use.step;
  }
  return null;
}

function isStack(view: FunctionView, base: Value, step: number): boolean {
  return view.origins(base, step).some(origin => origin.kind === 'stack');
}

/** A reference to the object is taken or stored somewhere in the function, or it comes from what the function keeps. */
function ownsObject(view: FunctionView, object: Value, step: number): boolean {
  const path = view.path(object, step);
  const same = (value: Value, at: number): boolean =>
    view.path(value, at) === path ||
    (value.kind === 'local' && object.kind === 'local' && value.local === object.local);
  if (path.includes('>') || path.startsWith('g:')) return true;
  return view.body.steps.some(({ op }, at) => {
    if (op.kind === 'call' && takesReference(op.callee.name ?? ''))
      return op.args[0] !== undefined && same(op.args[0], at);
    return op.kind === 'store' && op.place.kind !== 'local' && same(op.value, at);
  });
}

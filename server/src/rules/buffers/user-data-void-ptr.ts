import type { FunctionView } from '../../analysis/view.ts';
import { isCApiName, takesReference } from '../../capi/objects.ts';
import type { Op, Value } from '../../program/model.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { isObjectPointer } from '../support/references.ts';
import { quote } from '../support/words.ts';

/** `library_set_callback(handle, callback, self)`: the library keeps the pointer, nobody keeps the object. */
const REGISTERS =
  /(?:set|add|register|install|subscribe|connect|on)_?\w*(?:callback|handler|hook|listener|observer|func|cb)|(?:callback|handler|hook|listener)_?(?:set|add|register|create)/i;

export const userDataVoidPtr = defineRule({
  id: 'user-data-void-ptr',
  family: 'buffers',
  title: 'Object given to a library as user data without a reference',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  supersedes: ['shared-library-handle-unlocked'],
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      view.stepsOf('call').forEach(step => {
        const op = view.op(step);
        if (op?.kind !== 'call' || op.callee.kind !== 'named') return;
        const { name } = op.callee;
        if (!REGISTERS.test(name) || isCApiName(name) || extension.linker.resolve(view.unit.file, name) !== undefined)
          return;
        if (!op.args.some(argument => argument.kind === 'function')) return;
        const object = op.args.find(argument => isObject(view, argument));
        if (object === undefined || ownsReference(view, object, step)) return;
        const subject = view.render(object);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `The library calls back with ${quote(subject)}, which may have been freed by another thread by then: a crash. Give it a reference of its own.`,
            // Most libraries stop calling back when the handle goes, which the object often owns.
            confidence: 'possible',
          },
        );
      });
    }

    function isObject(view: FunctionView, value: Value): boolean {
      const type = value.kind === 'local' ? view.body.locals[value.local]?.type : undefined;
      return isObjectPointer(extension, type ?? null);
    }
  },
});

/** A reference to it is taken in the function. */
function ownsReference(view: FunctionView, object: Value, step: number): boolean {
  const path = view.path(object, step);
  const takes = (op: Op, at: number): boolean =>
    op.kind === 'call' &&
    takesReference(op.callee.name ?? '') &&
    op.args[0] !== undefined &&
    view.path(op.args[0], at) === path;
  return view.body.steps.some(({ op }, at) => takes(op, at));
}

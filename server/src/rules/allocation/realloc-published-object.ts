import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { quote } from '../support/words.ts';

/** Calls that move an object, with the index of the object among their arguments. */
const MOVING = [
  { name: 'PyObject_GC_Resize', object: 1 },
  { name: 'PyObject_Realloc', object: 0 },
  { name: 'PyObject_REALLOC', object: 0 },
] as const;

export const reallocPublishedObject = defineRule({
  id: 'realloc-published-object',
  family: 'allocation',
  title: 'Object moved in memory while other threads may hold it',
  severity: 'crash',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const { name, object: index } of MOVING) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const object = op?.kind === 'call' ? op.args[index] : undefined;
        if (object === undefined || !isObject(object, view)) continue;
        if (view.ownership(object, step) !== 'shared') continue;
        const subject = view.render(object);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `\`${name}()\` may move ${quote(subject)}; another thread that holds it then uses freed memory. Make a new object instead.`,
          },
        );
      }
    }

    /** Buffers may move as they like. */
    function isObject(value: Value, view: FunctionView): boolean {
      const type = value.kind === 'local' ? view.body.locals[value.local]?.type : undefined;
      if (type?.pointers !== 1) return false;
      return /^Py\w*Object$/.test(type.base) || extension.linker.struct(type.base)?.isObject === true;
    }
  },
});

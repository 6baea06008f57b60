import type { FunctionView } from '../../analysis/view.ts';
import { defineRule, PROCESS_WIDE } from '../rule.ts';
import { certaintyIn } from '../support/pairs.ts';
import { globalType, nameOfType, typeWrites } from '../support/type-objects.ts';
import { quote } from '../support/words.ts';

export const lazyTypeReady = defineRule({
  id: 'lazy-type-ready',
  family: 'globals',
  title: 'Static type made ready on first use',
  severity: 'corruption',
  exposure: PROCESS_WIDE,
  supersedes: ['static-type-mutation'],
  local: true,
  check(extension, report) {
    for (const { function: view, step } of extension.callsTo('PyType_Ready')) {
      const op = view.op(step);
      const type = op?.kind === 'call' ? op.args[0] : undefined;
      if (type === undefined || !view.isConcurrent || view.isInitOnly) continue;
      const name = globalType(view, type, step);
      if (name === null) continue;
      const fills = typeWrites(view).filter(write => globalType(view, write.type, write.step) === name);
      // PyType_Ready() itself takes a lock and can be repeated: it is what stands around it that races.
      if (fills.length === 0 && !tests(view, name)) continue;
      const subject = nameOfType(view, type);
      report.at(
        { function: view, steps: [step, ...fills.map(write => write.step)] },
        {
          subject,
          message: `Another thread can use ${quote(subject)} while this one still fills it and makes it ready. Call PyType_Ready() at module init.`,
          confidence: fills.length === 0 ? 'possible' : certaintyIn(view),
        },
      );
    }
  },
});

/** `if (T.tp_dict == NULL)`, `if (!(T.tp_flags & Py_TPFLAGS_READY))` */
function tests(view: FunctionView, name: string): boolean {
  return view.body.steps.some(({ op }, step) => {
    if (op.kind !== 'load' || op.place.kind !== 'field' || !/^tp_(?:dict|flags|base|mro)$/.test(op.place.field))
      return false;
    return (
      globalType(view, op.place.base, step) === name &&
      view.usesOf(step).some(use => use.role === 'test' || view.op(use.step)?.kind === 'branch')
    );
  });
}

import { fieldOf } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { ownerOf, visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

const WRITERS = ['PyTuple_SetItem', 'PyTuple_SET_ITEM', 'PyStructSequence_SetItem', 'PyStructSequence_SET_ITEM'];

export const tupleMutationShared = defineRule({
  id: 'tuple-mutation-shared',
  family: 'borrowed-refs',
  title: 'Tuple changed that other threads may hold',
  severity: 'corruption',
  local: true,
  check(extension, report) {
    for (const name of WRITERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const tuple = op?.kind === 'call' ? op.args[0] : undefined;
        // Only what clearly comes from a field, a global or a caller: filling in new tuples is how they are made.
        const confidence = tuple === undefined ? null : visibleToOthers(view, tuple, step);
        if (tuple === undefined || confidence !== 'likely') continue;
        if (view.guard(step, view.path(tuple, step)) !== null || isFilledIn(view, tuple, step)) continue;
        const subject = view.render(tuple);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `Other threads read ${quote(subject)} without a lock because tuples never change; they lose an item that they use. Make a new tuple.`,
            ...ownerOf(view, tuple, step),
          },
        );
      }
    }
  },
});

/** The function has just put a new tuple there: `self->pair = PyTuple_New(2)`. */
function isFilledIn(view: FunctionView, tuple: Value, step: number): boolean {
  const path = view.path(tuple, step);
  return view.body.steps.some(({ op }, at) => {
    if (op.kind !== 'store' || op.place.kind !== 'field') return false;
    if (fieldOf(view.path(op.place.base, at), op.place.field) !== path) return false;
    return view.origins(op.value, at).some(origin => origin.kind === 'call' && origin.returned.kind === 'immutable');
  });
}

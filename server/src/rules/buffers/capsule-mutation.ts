import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';
import { defineRule } from '../rule.ts';
import { leads } from '../support/guards.ts';
import { visibleToOthers } from '../support/objects.ts';
import { quote } from '../support/words.ts';

const SETTERS = ['PyCapsule_SetPointer', 'PyCapsule_SetContext', 'PyCapsule_SetName', 'PyCapsule_SetDestructor'];

export const capsuleMutation = defineRule({
  id: 'capsule-mutation',
  family: 'buffers',
  title: 'Capsule changed while other threads may read it',
  severity: 'crash',
  local: true,
  check(extension, report) {
    for (const name of SETTERS) {
      for (const { function: view, step } of extension.callsTo(name)) {
        const op = view.op(step);
        const capsule = op?.kind === 'call' ? op.args[0] : undefined;
        const confidence = capsule === undefined ? null : visibleToOthers(view, capsule, step);
        if (capsule === undefined || confidence === null || view.guard(step, view.path(capsule, step)) !== null)
          continue;
        const subject = view.render(capsule);
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            confidence,
            ...(name === 'PyCapsule_SetName' && isTakenBefore(view, capsule, step)
              ? {
                  message: `Two threads can both take what ${quote(subject)} holds before one marks it as used: it is closed or used up twice. Lock around both.`,
                  severity: 'corruption',
                }
              : {
                  message: `Another thread may be using what ${quote(subject)} held until now, and reads it without a lock: a crash. Make a new capsule instead.`,
                }),
          },
        );
      }
    }
  },
});

/** The name is changed so that nobody takes the content again: what was taken here is used up. */
function isTakenBefore(view: FunctionView, capsule: Value, step: number): boolean {
  const path = view.path(capsule, step);
  return view.stepsOf('call').some(at => {
    const op = view.op(at);
    if (op?.kind !== 'call' || op.callee.name !== 'PyCapsule_GetPointer' || op.args[0] === undefined) return false;
    return view.path(op.args[0], at) === path && leads(view, at, step, -1);
  });
}

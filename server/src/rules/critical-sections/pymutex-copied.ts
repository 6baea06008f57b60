import type { Extension } from '../../analysis/extension.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { Value } from '../../program/model.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { eachStep } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const pymutexCopied = defineRule({
  id: 'pymutex-copied',
  family: 'critical-sections',
  title: 'Struct with a mutex in it copied',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  local: true,
  check(extension, report) {
    for (const view of extension.functions) {
      eachStep(view, step => {
        const copied = copiedStruct(extension, view, step);
        if (copied === null) return;
        report.at(
          { function: view, steps: [step] },
          {
            subject: copied,
            message: `${quote(copied)} holds a PyMutex, which belongs to its address: a copy made while a thread waits stays locked. Copy the other fields.`,
          },
        );
      });
    }
  },
});

function copiedStruct(extension: Extension, view: FunctionView, step: number): string | null {
  const op = view.op(step);
  if (op?.kind === 'call' && /^mem(?:cpy|move)$/.test(op.callee.name ?? '')) {
    const [target, source] = op.args;
    const from = source === undefined ? null : pointee(extension, view, source);
    return from !== null && target !== undefined && pointee(extension, view, target) === from ? from : null;
  }
  if (op?.kind !== 'store' || op.value.kind !== 'result' || op.place.kind !== 'deref') return null;
  const load = view.op(op.value.step);
  return load?.kind === 'load' && load.place.kind === 'deref' ? pointee(extension, view, load.place.pointer) : null;
}

/** The struct that a variable points to, when it has a mutex. */
function pointee(extension: Extension, view: FunctionView, value: Value): string | null {
  const type =
    value.kind === 'local'
      ? view.body.locals[value.local]?.type
      : value.kind === 'address' && value.place.kind === 'local'
        ? { ...view.body.locals[value.place.local]?.type, pointers: 1 }
        : undefined;
  if (type?.base === undefined || type.pointers !== 1) return null;
  const struct = extension.linker.struct(type.base);
  return struct?.fields.some(field => field.type.base === 'PyMutex' && field.type.pointers === 0) === true
    ? struct.name
    : null;
}

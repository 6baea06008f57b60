import type { FunctionView } from '../../analysis/view.ts';
import { GLOBAL_CURSORS, HANDLE_CURSORS } from '../../capi/libc.ts';
import type { Value } from '../../program/model.ts';
import { libcRule } from '../support/libc.ts';

export const libcIterationState = libcRule({
  id: 'libc-iteration-state',
  title: 'Walk with a cursor that several threads move',
  severity: 'corruption',
  together: true,
  functions: [...GLOBAL_CURSORS, ...HANDLE_CURSORS],
  message: fn =>
    `\`${fn.name}()\` moves a cursor that another thread moves too: entries are skipped or overwritten while read. Use ${fn.instead}.`,
  // A directory opened in this function has a cursor of its own.
  harmless: (call, op) => {
    const handle = op.args[0];
    return handle !== undefined && isHandleCursor(call.name) && !isKept(call.function, handle, call.step);
  },
});

function isHandleCursor(name: string): boolean {
  return HANDLE_CURSORS.some(fn => fn.name === name);
}

/** The handle comes from a field or a global, where other threads find it. */
function isKept(view: FunctionView, handle: Value, step: number): boolean {
  return view.origins(handle, step).some(origin => origin.kind === 'field' || origin.kind === 'global');
}

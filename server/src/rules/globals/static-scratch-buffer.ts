import type { Access } from '../../analysis/accesses.ts';
import type { GlobalVariable } from '../../program/model.ts';
import { globalRule, isNumeric } from '../support/globals.ts';

export const staticScratchBuffer = globalRule({
  id: 'static-scratch-buffer',
  title: 'Static buffer or work array filled by several threads',
  severity: 'corruption',
  supersedes: ['function-static-state', 'global-c-structure', 'global-config-flag'],
  matches: (access, variable) =>
    access.struct === null &&
    holdsBytesOrNumbers(variable) &&
    (variable.type.array || access.key.endsWith('[]') || isAllocated(access)),
  message: name =>
    `Another thread can overwrite the static buffer ${name} before this one has read it: mixed-up data. Use a local or allocated buffer.`,
});

/** An array of numbers, a pointer to some, or a `jmp_buf`, which is an array too. */
function holdsBytesOrNumbers({ type }: GlobalVariable): boolean {
  if (/^(?:sig)?jmp_buf$/.test(type.base)) return true;
  return isNumeric(type) && type.pointers === (type.array ? 0 : 1);
}

/** `buffer = realloc(buffer, size)` */
function isAllocated({ function: view, step }: Access): boolean {
  const op = view.op(step);
  return (
    op?.kind === 'store' &&
    view.origins(op.value, step).some(origin => origin.kind === 'call' && origin.returned.kind === 'memory')
  );
}

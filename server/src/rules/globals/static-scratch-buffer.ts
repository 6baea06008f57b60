import type { GlobalVariable } from '../../program/model.ts';
import { globalRule } from '../support/globals.ts';

export const staticScratchBuffer = globalRule({
  id: 'static-scratch-buffer',
  title: 'Static buffer or work array filled by several threads',
  severity: 'corruption',
  supersedes: ['function-static-state', 'global-c-structure'],
  matches: (access, variable) => holdsBytesOrNumbers(variable) && (variable.type.array || access.key.endsWith('[]')),
  message: name =>
    `Another thread can overwrite the static buffer ${name} before this one has read it: mixed-up data. Use a local or allocated buffer.`,
});

const ELEMENT =
  /^(?:(?:un)?signed\b.*|char|short|int|long|long long|float|double|bool|_Bool|wchar_t|Py_UCS[124]|Py_UNICODE|u?int(?:8|16|32|64|ptr|max)_t|s?size_t|Py_ssize_t|Py_hash_t|jmp_buf|sigjmp_buf)(?: (?:int|long|short|char|double))*$/;

/** An array of numbers, a pointer to some, or a `jmp_buf`, which is an array too. */
function holdsBytesOrNumbers({ type }: GlobalVariable): boolean {
  if (/^(?:sig)?jmp_buf$/.test(type.base)) return true;
  return ELEMENT.test(type.base) && type.pointers === (type.array ? 0 : 1);
}

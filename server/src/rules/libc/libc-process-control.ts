import { PROCESS_CONTROL } from '../../capi/libc.ts';
import { libcRule } from '../support/libc.ts';

export const libcProcessControl = libcRule({
  id: 'libc-process-control',
  title: 'Call that changes the whole process under the feet of other threads',
  severity: 'lost-update',
  group: 'pedantic',
  functions: PROCESS_CONTROL,
  message: fn =>
    `\`${fn.name}()\` acts on the whole process while other threads run: they see the change too. Use ${fn.instead}.`,
});

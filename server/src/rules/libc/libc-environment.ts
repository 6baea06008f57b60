import { ENVIRONMENT_WRITES } from '../../capi/libc.ts';
import { libcRule } from '../support/libc.ts';

export const libcEnvironment = libcRule({
  id: 'libc-environment',
  title: 'Environment changed while other threads may read it',
  severity: 'crash',
  together: true,
  functions: ENVIRONMENT_WRITES,
  message: fn =>
    `\`${fn.name}()\` can move the environment while another thread is in getenv(), which then crashes. Use ${fn.instead}.`,
});

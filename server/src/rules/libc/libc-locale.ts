import { LOCALE } from '../../capi/libc.ts';
import { libcRule } from '../support/libc.ts';

export const libcLocale = libcRule({
  id: 'libc-locale',
  title: 'Process-wide locale changed or borrowed',
  severity: 'corruption',
  together: true,
  functions: LOCALE,
  message: fn =>
    `\`${fn.name}()\` shares the one locale of the process: another thread formats and parses with it meanwhile. Use ${fn.instead}.`,
  // Asking for the name of the locale changes nothing; what is returned is usually copied at once.
  harmless: (_, op) => op.callee.kind === 'named' && op.callee.name === 'setlocale' && op.args[1]?.kind === 'null',
});

import { RANDOM } from '../../capi/libc.ts';
import { libcRule } from '../support/libc.ts';

export const libcRandom = libcRule({
  id: 'libc-random',
  title: 'Random numbers from the one hidden state of the process',
  severity: 'lost-update',
  functions: RANDOM,
  message: fn =>
    `All threads draw from the one state behind \`${fn.name}()\`: numbers repeat, seeds give no sequence. Use ${fn.instead}.`,
});

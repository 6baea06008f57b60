import { RARELY_SHARED_RESULT, STATIC_RESULT } from '../../capi/libc.ts';
import { libcRule } from '../support/libc.ts';

export const libcStaticResult = libcRule({
  id: 'libc-static-result',
  title: 'C library call whose result lives in storage that all threads share',
  severity: 'corruption',
  functions: [...STATIC_RESULT, ...RARELY_SHARED_RESULT],
  harmless: ({ function: view, step }, op) =>
    // A stand-in for a reentrant function, for systems where the plain one keeps its result for each thread: Windows.
    view.step(step)?.macro?.endsWith('_r') === true ||
    // Solaris: the second argument is where the result goes.
    (op.callee.name === 'getmntent' && op.args.length > 1),
  message: fn =>
    `\`${fn.name}()\` keeps its result in storage that another thread overwrites: this one then reads the wrong data. Use ${fn.instead}.`,
});

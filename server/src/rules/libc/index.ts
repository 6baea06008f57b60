import type { Rule } from '../rule.ts';
import { libcEnvironment } from './libc-environment.ts';
import { libcIterationState } from './libc-iteration-state.ts';
import { libcLocale } from './libc-locale.ts';
import { libcProcessControl } from './libc-process-control.ts';
import { libcRandom } from './libc-random.ts';
import { libcStaticResult } from './libc-static-result.ts';

export const LIBC: readonly Rule[] = [
  libcEnvironment,
  libcIterationState,
  libcLocale,
  libcProcessControl,
  libcRandom,
  libcStaticResult,
];

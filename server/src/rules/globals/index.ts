import type { Rule } from '../rule.ts';
import { doubleCheckedLocking } from './double-checked-locking.ts';
import { globalCounter } from './global-counter.ts';
import { globalFreelist } from './global-freelist.ts';
import { onceFlagPlain } from './once-flag-plain.ts';
import { staticLazyImport } from './static-lazy-import.ts';
import { staticPyobjectCache } from './static-pyobject-cache.ts';
import { staticScratchBuffer } from './static-scratch-buffer.ts';

export const GLOBALS: readonly Rule[] = [
  doubleCheckedLocking,
  globalCounter,
  globalFreelist,
  onceFlagPlain,
  staticLazyImport,
  staticPyobjectCache,
  staticScratchBuffer,
];

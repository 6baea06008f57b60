import type { Rule } from '../rule.ts';
import { doubleCheckedLocking } from './double-checked-locking.ts';
import { functionStaticState } from './function-static-state.ts';
import { globalCStructure } from './global-c-structure.ts';
import { globalCallbackPointer } from './global-callback-pointer.ts';
import { globalConfigFlag } from './global-config-flag.ts';
import { globalCounter } from './global-counter.ts';
import { globalFreelist } from './global-freelist.ts';
import { lazyTypeReady } from './lazy-type-ready.ts';
import { nonreentrantLibraryGlobal } from './nonreentrant-library-global.ts';
import { onceFlagPlain } from './once-flag-plain.ts';
import { staticLazyImport } from './static-lazy-import.ts';
import { staticPyobjectCache } from './static-pyobject-cache.ts';
import { staticScratchBuffer } from './static-scratch-buffer.ts';
import { staticTypeMutation } from './static-type-mutation.ts';
import { storedThreadOrInterpState } from './stored-thread-or-interp-state.ts';

export const GLOBALS: readonly Rule[] = [
  doubleCheckedLocking,
  functionStaticState,
  globalCStructure,
  globalCallbackPointer,
  globalConfigFlag,
  globalCounter,
  globalFreelist,
  lazyTypeReady,
  nonreentrantLibraryGlobal,
  onceFlagPlain,
  staticLazyImport,
  staticPyobjectCache,
  staticScratchBuffer,
  staticTypeMutation,
  storedThreadOrInterpState,
];

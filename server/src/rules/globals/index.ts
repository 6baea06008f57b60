import type { Rule } from '../rule.ts';
import { capiImportLazy } from './capi-import-lazy.ts';
import { doubleCheckedLocking } from './double-checked-locking.ts';
import { functionStaticState } from './function-static-state.ts';
import { globalCStructure } from './global-c-structure.ts';
import { globalCallbackPointer } from './global-callback-pointer.ts';
import { globalConfigFlag } from './global-config-flag.ts';
import { globalContainer } from './global-container.ts';
import { globalCounter } from './global-counter.ts';
import { globalFreelist } from './global-freelist.ts';
import { lazyTypeReady } from './lazy-type-ready.ts';
import { moduleGlobalObject } from './module-global-object.ts';
import { nonreentrantLibraryGlobal } from './nonreentrant-library-global.ts';
import { onceFlagPlain } from './once-flag-plain.ts';
import { staticExceptionObject } from './static-exception-object.ts';
import { staticLazyImport } from './static-lazy-import.ts';
import { staticPyobjectCache } from './static-pyobject-cache.ts';
import { staticScratchBuffer } from './static-scratch-buffer.ts';
import { staticType } from './static-type.ts';
import { staticTypeMutation } from './static-type-mutation.ts';
import { storedThreadOrInterpState } from './stored-thread-or-interp-state.ts';

export const GLOBALS: readonly Rule[] = [
  capiImportLazy,
  doubleCheckedLocking,
  functionStaticState,
  globalCStructure,
  globalCallbackPointer,
  globalConfigFlag,
  globalContainer,
  globalCounter,
  globalFreelist,
  lazyTypeReady,
  moduleGlobalObject,
  nonreentrantLibraryGlobal,
  onceFlagPlain,
  staticExceptionObject,
  staticLazyImport,
  staticPyobjectCache,
  staticScratchBuffer,
  staticType,
  staticTypeMutation,
  storedThreadOrInterpState,
];

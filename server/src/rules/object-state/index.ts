import type { Rule } from '../rule.ts';
import { bitfieldRmw } from './bitfield-rmw.ts';
import { bufferExportCount } from './buffer-export-count.ts';
import { checkThenActContainer } from './check-then-act-container.ts';
import { containerInternalsAccess } from './container-internals-access.ts';
import { dictNextBodySuspends } from './dict-next-body-suspends.ts';
import { dictNextUnlocked } from './dict-next-unlocked.ts';
import { fieldBufferRealloc } from './field-buffer-realloc.ts';
import { iternextExhaustClear } from './iternext-exhaust-clear.ts';
import { iternextStateUnlocked } from './iternext-state-unlocked.ts';
import { lazyInitField } from './lazy-init-field.ts';
import { listSetItemShared } from './list-set-item-shared.ts';
import { memberdefSharedField } from './memberdef-shared-field.ts';
import { multiFieldInvariant } from './multi-field-invariant.ts';
import { objectFieldCallUnowned } from './object-field-call-unowned.ts';
import { objectFieldReadUnlocked } from './object-field-read-unlocked.ts';
import { objectFieldRmw } from './object-field-rmw.ts';
import { reentrancyFlag } from './reentrancy-flag.ts';
import { sequenceFastUnlocked } from './sequence-fast-unlocked.ts';
import { setNextUnlocked } from './set-next-unlocked.ts';
import { setrefFieldUnlocked } from './setref-field-unlocked.ts';
import { sharedLibraryHandleUnlocked } from './shared-library-handle-unlocked.ts';
import { sharedScratchContainer } from './shared-scratch-container.ts';
import { temporaryFieldChange } from './temporary-field-change.ts';
import { twoObjectsUnlocked } from './two-objects-unlocked.ts';

export const OBJECT_STATE: readonly Rule[] = [
  bitfieldRmw,
  bufferExportCount,
  checkThenActContainer,
  containerInternalsAccess,
  dictNextBodySuspends,
  dictNextUnlocked,
  fieldBufferRealloc,
  iternextExhaustClear,
  iternextStateUnlocked,
  lazyInitField,
  listSetItemShared,
  memberdefSharedField,
  multiFieldInvariant,
  objectFieldCallUnowned,
  objectFieldReadUnlocked,
  objectFieldRmw,
  reentrancyFlag,
  sequenceFastUnlocked,
  setNextUnlocked,
  setrefFieldUnlocked,
  sharedLibraryHandleUnlocked,
  sharedScratchContainer,
  temporaryFieldChange,
  twoObjectsUnlocked,
];

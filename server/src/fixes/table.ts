/** Which techniques are tried for a rule's findings, the best first. `no-cure.ts` says why the other rules have none. */

import { swapCache, swapCallback } from './callback-swap.ts';
import { claimKey } from './claim-key.ts';
import { lockContainer } from './container-lock.ts';
import { lockBothEnds, lockField, lockMemory } from './critical-section.ts';
import { walkUnderLock } from './dict-walk.ts';
import { readUnderLock } from './field-reference.ts';
import { leaveOut } from './free-list.ts';
import { atomicFlag, fixCounter } from './global-counter.ts';
import { lockStructure } from './global-structure.ts';
import { lockHandle } from './handle-lock.ts';
import { lockHelpers } from './helper-calls.ts';
import { lockLibrary } from './library-mutex.ts';
import { readMember } from './member-reference.ts';
import { mergeSections } from './merge-sections.ts';
import { unlockBeforeReturn } from './missing-unlock.ts';
import type { FileTechnique, Technique } from './model.ts';
import { callSetGil, declareSlot } from './module-gil.ts';
import { usePlainMemory } from './plain-memory.ts';
import { publishOnce } from './publish-once.ts';
import { ownTimeStruct } from './reentrant-time.ts';
import { leaveThroughEnd } from './section-exits.ts';
import { copyIntoTuple } from './sequence.ts';
import { keepFirst } from './set-default.ts';
import { makeLocal } from './static-buffer.ts';
import { takeStrongReference } from './strong-reference.ts';
import { fillWithGilOnly } from './table-cache.ts';
import { makeThreadLocal } from './thread-local.ts';
import { askForAll } from './unique-reference.ts';

export const TECHNIQUES: ReadonlyMap<string, readonly Technique[]> = new Map<string, readonly Technique[]>([
  ['borrowed-list-item', [takeStrongReference]],
  ['borrowed-dict-item', [takeStrongReference]],
  ['borrowed-weakref-object', [takeStrongReference]],
  ['borrowed-dict-setdefault', [takeStrongReference]],
  ['borrowed-import-add-module', [takeStrongReference]],
  ['borrowed-cell-get', [takeStrongReference]],
  ['borrowed-frame-namespace', [takeStrongReference]],
  ['borrowed-across-call', [takeStrongReference]],
  ['object-field-call-unowned', [readUnderLock]],
  ['iternext-exhaust-clear', [lockField('the end of')]],
  ['critical-section-return', [leaveThroughEnd]],
  ['critical-section-jump-out', [leaveThroughEnd]],
  ['critical-section-nested', [mergeSections]],
  ['pymutex-not-released', [unlockBeforeReturn]],
  ['global-freelist', [leaveOut, lockStructure]],
  ['global-c-structure', [lockStructure]],
  ['static-scratch-buffer', [makeLocal]],
  ['libc-static-result', [ownTimeStruct]],
  ['missing-module-setgil', [callSetGil]],
  ['object-field-rmw', [lockField('the update of', 'suggested')]],
  ['object-field-read-unlocked', [readUnderLock]],
  ['memberdef-shared-field', [readMember]],
  ['setref-field-unlocked', [lockField('the replacement of', 'safe'), fillWithGilOnly]],
  ['dict-next-unlocked', [walkUnderLock]],
  ['sequence-fast-unlocked', [copyIntoTuple]],
  ['global-counter', [fixCounter]],
  ['static-pyobject-cache', [publishOnce, swapCache, fillWithGilOnly]],
  ['static-lazy-import', [publishOnce, swapCache]],
  ['lazy-init-field', [lockField('the first use of')]],
  ['check-then-act-container', [claimKey, keepFirst, lockContainer('it is looked into and changed')]],
  ['global-callback-pointer', [swapCallback]],
  ['object-malloc-buffer', [usePlainMemory]],
  ['borrowed-sys-object', [takeStrongReference]],
  ['gilstate-as-lock', [fixCounter]],
  ['global-config-flag', [atomicFlag]],
  ['plain-flag-signalling', [atomicFlag, lockField('the use of')]],
  ['two-objects-unlocked', [lockField('the use of', 'suggested')]],
  ['refcnt-uniqueness', [askForAll]],
  ['container-internals-access', [lockContainer('its fields are used')]],
  ['list-set-item-shared', [lockContainer('it is changed', true)]],
  ['set-next-unlocked', [lockContainer('it is walked over')]],
  ['bytearray-pointer', [lockContainer('its memory is used')]],
  ['nonreentrant-library-global', [lockLibrary]],
  ['function-static-state', [makeThreadLocal]],
  ['shared-library-handle-unlocked', [lockHandle]],
  ['multi-field-invariant', [lockBothEnds]],
  ['field-buffer-realloc', [lockMemory, lockHelpers]],
  ['iternext-state-unlocked', [lockField('the position in', null, 'object')]],
  ['buffer-export-count', [lockField('the count of exports in', null, 'object')]],
]);

export const FILE_TECHNIQUES: ReadonlyMap<string, readonly FileTechnique[]> = new Map([
  ['missing-mod-gil', [declareSlot]],
]);

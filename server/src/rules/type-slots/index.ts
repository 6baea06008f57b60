import type { Rule } from '../rule.ts';
import { deallocBlocks } from './dealloc-blocks.ts';
import { deallocGlobalState } from './dealloc-global-state.ts';
import { deallocMissingUntrack } from './dealloc-missing-untrack.ts';
import { finalizerTakesLock } from './finalizer-takes-lock.ts';
import { gcTrackEarly } from './gc-track-early.ts';
import { traverseMissingVisit } from './traverse-missing-visit.ts';
import { traverseSideEffects } from './traverse-side-effects.ts';
import { typeCacheStatic } from './type-cache-static.ts';
import { watcherRegistration } from './watcher-registration.ts';
import { weakreflistManual } from './weakreflist-manual.ts';

export const TYPE_SLOTS: readonly Rule[] = [
  deallocBlocks,
  deallocGlobalState,
  deallocMissingUntrack,
  finalizerTakesLock,
  gcTrackEarly,
  traverseMissingVisit,
  traverseSideEffects,
  typeCacheStatic,
  watcherRegistration,
  weakreflistManual,
];

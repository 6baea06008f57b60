import { abba } from './abba.ts';
import { biasedBorrowed } from './biased-borrowed.ts';
import { biasedUpDown } from './biased-up-down.ts';
import { borrowedDict } from './borrowed-dict.ts';
import { borrowedItem } from './borrowed-item.ts';
import { borrowedWeakref } from './borrowed-weakref.ts';
import { bufferExport } from './buffer-export.ts';
import { bytearrayPointer } from './bytearray-pointer.ts';
import { cachedHash } from './cached-hash.ts';
import { checkThenAct } from './check-then-act.ts';
import { closeWhileReading } from './close-while-reading.ts';
import { countsAtomic } from './counts-atomic.ts';
import { countsBiased } from './counts-biased.ts';
import { countsLocked } from './counts-locked.ts';
import { countsNaive } from './counts-naive.ts';
import { deallocCounter } from './dealloc-counter.ts';
import { deferred } from './deferred.ts';
import { detachedAccess } from './detached-access.ts';
import { dictLookup } from './dict-lookup.ts';
import { dictNext } from './dict-next.ts';
import { doubleChecked } from './double-checked.ts';
import { fastSequence } from './fast-sequence.ts';
import { freeList } from './free-list.ts';
import { getterSetter } from './getter-setter.ts';
import { gilComesBack } from './gil-comes-back.ts';
import { gilstateLock } from './gilstate-lock.ts';
import { handover } from './handover.ts';
import { immortal } from './immortal.ts';
import { lazyStatic } from './lazy-static.ts';
import { listAppend } from './list-append.ts';
import { listRead } from './list-read.ts';
import { lostUpdate } from './lost-update.ts';
import { moduleStaticObject } from './module-static-object.ts';
import { multiField } from './multi-field.ts';
import { nativeLockAcrossPython } from './native-lock.ts';
import { nestedSections } from './nested-sections.ts';
import { ownCount } from './own-count.ts';
import { pageReuse } from './page-reuse.ts';
import { parking } from './parking.ts';
import { philosophers } from './philosophers.ts';
import { processes } from './processes.ts';
import { reallocBuffer } from './realloc-buffer.ts';
import type { Scenario } from './scenario.ts';
import { sectionReturn } from './section-return.ts';
import { sectionsAbba } from './sections-abba.ts';
import { selfDeadlock } from './self-deadlock.ts';
import { setrefTwice } from './setref-twice.ts';
import { sharedIterator } from './shared-iterator.ts';
import { sharedList } from './shared-list.ts';
import { specialise } from './specialise.ts';
import { splitAtomic } from './split-atomic.ts';
import { staticResult } from './static-result.ts';
import { stopTheWorldStall } from './stop-the-world.ts';
import { suspendedSection } from './suspended-section.ts';
import { tornCount } from './torn-count.ts';
import { twoDrops } from './two-drops.ts';
import { twoInterpreters } from './two-interpreters.ts';
import { typeCache } from './type-cache.ts';
import { uniqueReference } from './unique-reference.ts';
import { worldAndLock } from './world-and-lock.ts';
import { wrongSection } from './wrong-section.ts';

/** In the order in which they are listed. */
export const SCENARIOS: readonly Scenario[] = [
  lostUpdate,
  setrefTwice,
  borrowedItem,
  borrowedDict,
  borrowedWeakref,
  lazyStatic,
  abba,
  handover,
  multiField,
  freeList,
  twoInterpreters,
  wrongSection,
  suspendedSection,
  nestedSections,
  sectionsAbba,
  gilstateLock,
  detachedAccess,
  closeWhileReading,
  checkThenAct,
  uniqueReference,
  reallocBuffer,
  moduleStaticObject,
  sharedIterator,
  cachedHash,
  staticResult,
  splitAtomic,
  doubleChecked,
  fastSequence,
  bufferExport,
  philosophers,
  selfDeadlock,
  nativeLockAcrossPython,
  countsNaive,
  countsLocked,
  countsAtomic,
  countsBiased,
  twoDrops,
  biasedUpDown,
  biasedBorrowed,
  tornCount,
  immortal,
  deferred,
  listRead,
  listAppend,
  dictLookup,
  pageReuse,
  stopTheWorldStall,
  worldAndLock,
  specialise,
  typeCache,
  processes,
  parking,
  getterSetter,
  dictNext,
  deallocCounter,
  ownCount,
  bytearrayPointer,
  sectionReturn,
  gilComesBack,
  sharedList,
];

/** Demos that explain one of the rules. */
export function demosOf(rules: readonly string[]): readonly Scenario[] {
  return SCENARIOS.filter(scenario => scenario.rules.some(rule => rules.includes(rule)));
}

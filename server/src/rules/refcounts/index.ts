import type { Rule } from '../rule.ts';
import { bytesInplaceWrite } from './bytes-inplace-write.ts';
import { deallocResurrect } from './dealloc-resurrect.ts';
import { obRefcntAccess } from './ob-refcnt-access.ts';
import { rawWeakPointer } from './raw-weak-pointer.ts';
import { refcntCompareOther } from './refcnt-compare-other.ts';
import { refcntUniqueness } from './refcnt-uniqueness.ts';
import { setRefcnt } from './set-refcnt.ts';
import { setTypeShared } from './set-type-shared.ts';
import { unicodeAppendField } from './unicode-append-field.ts';
import { unicodeInternalWrite } from './unicode-internal-write.ts';

export const REFCOUNTS: readonly Rule[] = [
  bytesInplaceWrite,
  deallocResurrect,
  obRefcntAccess,
  rawWeakPointer,
  refcntCompareOther,
  refcntUniqueness,
  setRefcnt,
  setTypeShared,
  unicodeAppendField,
  unicodeInternalWrite,
];

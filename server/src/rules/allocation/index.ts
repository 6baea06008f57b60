import type { Rule } from '../rule.ts';
import { allocatorDomainMismatch } from './allocator-domain-mismatch.ts';
import { nonObjectDomainForObject } from './non-object-domain-for-object.ts';
import { objectMallocBuffer } from './object-malloc-buffer.ts';
import { pymemDetached } from './pymem-detached.ts';
import { reallocPublishedObject } from './realloc-published-object.ts';
import { setAllocatorReplace } from './set-allocator-replace.ts';

export const ALLOCATION: readonly Rule[] = [
  allocatorDomainMismatch,
  nonObjectDomainForObject,
  objectMallocBuffer,
  pymemDetached,
  reallocPublishedObject,
  setAllocatorReplace,
];

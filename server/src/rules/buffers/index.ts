import type { Rule } from '../rule.ts';
import { borrowedStringBuffer } from './borrowed-string-buffer.ts';
import { bytearrayPointer } from './bytearray-pointer.ts';
import { capsuleMutation } from './capsule-mutation.ts';
import { memoryviewInternals } from './memoryview-internals.ts';
import { pyBufferShared } from './py-buffer-shared.ts';
import { userDataVoidPtr } from './user-data-void-ptr.ts';

export const BUFFERS: readonly Rule[] = [
  borrowedStringBuffer,
  bytearrayPointer,
  capsuleMutation,
  memoryviewInternals,
  pyBufferShared,
  userDataVoidPtr,
];

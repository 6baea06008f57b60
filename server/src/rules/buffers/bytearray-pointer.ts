import { defineRule } from '../rule.ts';
import { reportBorrowed } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

export const bytearrayPointer = defineRule({
  id: 'bytearray-pointer',
  family: 'buffers',
  title: 'Pointer into a bytearray that another thread can resize',
  severity: 'crash',
  check(extension, report) {
    reportBorrowed(
      extension,
      report,
      // Whether it is a bytearray at all is for the caller to know; the call asserts it.
      ['PyByteArray_AS_STRING', 'PyByteArray_AsString'],
      owner =>
        `Another thread can resize ${quote(owner)}, which moves its memory; this pointer then leads nowhere. Hold a buffer: PyObject_GetBuffer().`,
    );
  },
});

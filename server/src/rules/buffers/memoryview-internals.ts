import { defineRule } from '../rule.ts';
import { reportBorrowed } from '../support/borrowed.ts';
import { quote } from '../support/words.ts';

export const memoryviewInternals = defineRule({
  id: 'memoryview-internals',
  family: 'buffers',
  title: 'Pointer into a memoryview that another thread can release',
  severity: 'crash',
  group: 'pedantic',
  check(extension, report) {
    reportBorrowed(
      extension,
      report,
      ['PyMemoryView_GET_BUFFER', 'PyMemoryView_GET_BASE'],
      owner =>
        `Another thread can call release() on ${quote(owner)} while its buffer is used: freed memory. Take a buffer of your own: PyObject_GetBuffer().`,
    );
  },
});

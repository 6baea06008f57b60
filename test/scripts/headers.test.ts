import { describe, expect, test } from 'vitest';
import { BUILDS, type Build, compileErrors, headersAtHand } from '../../scripts/headers.ts';

const headers = headersAtHand();

describe.skipIf(!headers)('with Python headers at hand', () => {
  test.each(Object.keys(BUILDS) as Build[])('text compiles in the %s build, and its faults are told', build => {
    const text =
      '#include <Python.h>\nint locked(PyObject *o);\nint locked(PyObject *o) { Py_BEGIN_CRITICAL_SECTION(o); Py_END_CRITICAL_SECTION(); return o != NULL; }\n';
    expect(compileErrors('-', headers ?? '', build, { text })).toBe('');
    expect(compileErrors('-', headers ?? '', build, { text: text.replace('Py_END_CRITICAL_SECTION(); ', '') })).toMatch(
      build === 'gil' ? /expected/ : /expected|mismatched/,
    );
    expect(compileErrors('-', headers ?? '', build, { text, flags: ['-x', 'c++'] })).toBe('');
  });

  test('the two configurations differ in what the lock macros are', () => {
    const text =
      '#include <Python.h>\nint n = sizeof(PyObject) == 2 * sizeof(void *) ? 0 : 1;\n#ifdef Py_GIL_DISABLED\n#error free-threaded\n#endif\n';
    expect(compileErrors('-', headers ?? '', 'gil', { text })).toBe('');
    expect(compileErrors('-', headers ?? '', 'free-threaded', { text })).toContain('free-threaded');
  });
});

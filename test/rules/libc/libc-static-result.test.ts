/** Calls that only look like those with a result for all threads. The simulator knows one C library, so they are no fixtures. */
import { expect, test } from 'vitest';
import { checkExtension } from '../../../server/src/rules/check.ts';
import { libcStaticResult } from '../../../server/src/rules/libc/libc-static-result.ts';
import { lowerText } from '../../program/read.ts';

function subjects(statement: string): string[] {
  const text = `#include <Python.h>
    #ifdef _WIN32
    #define localtime_r(t, tm) (localtime(t) ? memcpy((tm), localtime(t), sizeof(*(tm))) : NULL)
    #endif
    static PyObject *ask(PyObject *module, PyObject *none) { ${statement} Py_RETURN_NONE; }
    static PyMethodDef methods[] = {{"ask", ask, METH_NOARGS, NULL}, {NULL}};
  `;
  return checkExtension([lowerText(text)], { rules: [libcStaticResult] }).map(finding => finding.subject);
}

test('a plain call shares its result', () => {
  expect(subjects('struct tm *tm = localtime(&t); show(tm->tm_year);')).toEqual(['localtime()']);
  expect(subjects('struct mntent *m = getmntent(file); show(m->mnt_dir);')).toEqual(['getmntent()']);
});

test('a stand-in for the reentrant function is for systems where the plain one is', () => {
  expect(subjects('if (localtime_r(&t, &tm)) show(tm.tm_year);')).toEqual([]);
});

test('on Solaris the entry is written where the second argument says', () => {
  expect(subjects('while (getmntent(file, &entry) == 0) show(entry.mnt_mountp);')).toEqual([]);
});

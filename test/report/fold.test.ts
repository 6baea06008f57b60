import { expect, test } from 'vitest';
import { folded } from '../../server/src/report/fold.ts';
import { checkExtension, MAX_RELATED } from '../../server/src/rules/check.ts';
import type { FileReport, ReportedFinding } from '../../server/src/workspace/service.ts';
import { lowerText } from '../program/read.ts';

/** A type whose methods all update its count without a lock. */
function typeWith(methods: number): string {
  const names = Array.from({ length: methods }, (_, index) => `add${index}`);
  return `#include <Python.h>
typedef struct { PyObject_HEAD int count; } Tally;
${names.map(name => `static PyObject *\n${name}(Tally *self, PyObject *arg)\n{\n    self->count += 1;\n    Py_RETURN_NONE;\n}\n`).join('')}
static PyMethodDef methods[] = {${names.map(name => `{"${name}", (PyCFunction)${name}, METH_O, NULL},`).join(' ')} {NULL}};
`;
}

function reported(text: string): FileReport {
  const findings = checkExtension([lowerText(text)]).map((one): ReportedFinding => ({ ...one, level: 'error' }));
  const none = { suppressed: [], notices: [], functions: [], health: null, skipped: null, resultId: '' };
  return { file: 'a.c', findings, ...none };
}

const places = ({ findings }: FileReport): string[] => findings.map(one => `${one.rule} ${one.site.function}`);

test('a few functions are told one by one, more of one type together', () => {
  expect(places(folded(reported(typeWith(3))))).toEqual([
    'object-field-rmw add0',
    'object-field-rmw add1',
    'object-field-rmw add2',
  ]);
  expect(places(folded(reported(typeWith(4))))).toEqual(['object-field-rmw add0']);
});

test('the others stand beside it, capped and said to be capped', () => {
  const [first] = folded(reported(typeWith(9))).findings;
  expect(first?.message).toMatch(/ So in 9 functions\.$/);
  expect(first?.related).toHaveLength(MAX_RELATED);
  expect(first?.related[1]?.message).toBe('The same goes for `self->count` in `add1`');
  expect(first?.related.at(-1)?.message).toBe('The same goes for `self->count` in `add4` (and 4 more places)');
});

test('one subject in one function is told once; another one is not its concern', () => {
  const text = `#include <Python.h>
    static PyObject *pick(PyObject *self, PyObject *args)
    {
      PyObject *list = NULL, *other = NULL;
      if (!PyArg_ParseTuple(args, "OO", &list, &other)) return NULL;
      use(PyList_GetItem(list, 0));
      use(PyList_GetItem(list, 1));
      use(PyList_GetItem(other, 1));
      Py_RETURN_NONE;
    }
    static PyMethodDef methods[] = {{"pick", pick, METH_VARARGS, NULL}, {NULL}};
  `;
  const report = reported(text);
  expect(places(report)).toHaveLength(3);
  const { findings } = folded(report);
  expect(findings.map(one => one.subject)).toEqual(['list', 'other']);
  expect(findings[0]?.related.map(one => one.message)).toEqual(['The same goes for `list` here']);
});

test('what is told otherwise stays apart', () => {
  const report = reported(typeWith(4));
  const mixed = report.findings.map((one, index): ReportedFinding => ({ ...one, level: index < 2 ? 'error' : 'hint' }));
  expect(folded({ ...report, findings: mixed }).findings).toHaveLength(4);
});

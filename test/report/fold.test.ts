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
  const none = { suppressed: [], notices: [], functions: [], health: null, skipped: null };
  return { file: 'a.c', findings, ...none };
}

const places = ({ findings }: FileReport): string[] => findings.map(one => `${one.rule} ${one.site.function}`);

test('what one lock cures is told once', () => {
  expect(places(reported(typeWith(3)))).toHaveLength(3);
  expect(places(folded(reported(typeWith(3))))).toEqual(['object-field-rmw add0']);
});

test('whatever goes wrong with a type, the worst of it stands for all', () => {
  const text = `#include <Python.h>
    typedef struct { PyObject_HEAD Py_ssize_t count; PyObject *label; } Tally;
    static PyObject *add(Tally *self, PyObject *arg) { self->count += 1; Py_RETURN_NONE; }
    static PyObject *rename(Tally *self, PyObject *arg) { Py_XSETREF(self->label, Py_NewRef(arg)); Py_RETURN_NONE; }
    static PyObject *label(Tally *self, PyObject *none) { return Py_XNewRef(self->label); }
    static PyMethodDef methods[] = {
      {"add", (PyCFunction)add, METH_O, NULL}, {"rename", (PyCFunction)rename, METH_O, NULL},
      {"label", (PyCFunction)label, METH_NOARGS, NULL}, {NULL}};
  `;
  expect(places(reported(text))).toEqual([
    'object-field-rmw add',
    'setref-field-unlocked rename',
    'object-field-read-unlocked label',
  ]);
  const { findings } = folded(reported(text));
  expect(findings.map(one => one.rule)).toEqual(['setref-field-unlocked']);
  expect(findings[0]?.alsoMatches).toEqual(['object-field-read-unlocked', 'object-field-rmw']);
  expect(findings[0]?.related.map(one => one.message).slice(1)).toEqual([
    'The same lock cures `self->count` in `add`: object-field-rmw',
    'The same lock cures `self->label` in `label`: object-field-read-unlocked',
  ]);
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

test('what several rules say of one subject in one function is told once, but not what is no use of an object', () => {
  const text = `#include <Python.h>
    static PyObject *pop(PyObject *self, PyObject *args)
    {
      PyObject *heap = NULL;
      if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &heap)) return NULL;
      PyObject *first = PyList_GET_ITEM(heap, 0);
      PyList_SET_ITEM(heap, 0, Py_NewRef(Py_None));
      return first;
    }
    static PyMethodDef methods[] = {{"pop", pop, METH_VARARGS, NULL}, {NULL}};
  `;
  const report = reported(text);
  expect(places(report)).toEqual(['borrowed-list-item pop', 'list-set-item-shared pop']);
  const { findings } = folded(report);
  expect(findings.map(one => one.rule)).toEqual(['borrowed-list-item']);
  expect(findings[0]?.related.map(one => one.message)).toEqual(['See to `heap` here: list-set-item-shared']);
  const other = report.findings.map((one): ReportedFinding => ({ ...one, family: 'gil-api' }));
  expect(folded({ ...report, findings: other }).findings).toHaveLength(2);
});

test('what is less sure stays apart, and the highest level is told', () => {
  const report = reported(typeWith(4));
  const sure = report.findings.map(
    (one, i): ReportedFinding => ({ ...one, confidence: i < 2 ? 'likely' : 'possible' }),
  );
  expect(places(folded({ ...report, findings: sure }))).toEqual(['object-field-rmw add0', 'object-field-rmw add2']);
  const levels = report.findings.map((one, i): ReportedFinding => ({ ...one, level: i < 2 ? 'hint' : 'error' }));
  expect(places(folded({ ...report, findings: levels }))).toEqual(['object-field-rmw add2']);
});

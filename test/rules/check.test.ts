import { expect, test } from 'vitest';
import { checkExtension } from '../../server/src/rules/check.ts';
import { lowerText } from '../program/read.ts';

/** `many` methods that count in one static. */
function counting(many: number): string {
  const names = Array.from({ length: many }, (_, i) => `m${i}`);
  const method = (name: string): string =>
    `static PyObject *\n${name}(PyObject *module, PyObject *arg)\n{\n    hits++;\n    Py_RETURN_NONE;\n}\n`;
  const entries = names.map(name => `    {"${name}", ${name}, METH_O, NULL},\n`).join('');
  return `#include <Python.h>\nstatic long hits;\n${names.map(method).join('')}static PyMethodDef methods[] = {\n${entries}    {NULL}};\n`;
}

test('other ends are capped, and the last one says how many there are beside', () => {
  const findings = checkExtension([lowerText(counting(30))]).filter(one => one.rule === 'global-counter');
  expect(findings).toHaveLength(30);
  for (const { related } of findings) {
    expect(related).toHaveLength(5);
    expect(related[4]?.message).toMatch(/at the same time \(and 24 more\)$/);
  }
  expect(checkExtension([lowerText(counting(3))])[0]?.related.map(one => one.message.slice(0, 4))).toEqual([
    '`m1`',
    '`m2`',
  ]);
});

test('a race that begins with a test points at the test, with the write beside it', () => {
  const text = [
    '#include <Python.h>',
    'static PyObject *cache;',
    'static PyObject *get(PyObject *module, PyObject *none)',
    '{',
    '    if (cache == NULL)',
    '        cache = PyList_New(0);',
    '    return Py_XNewRef(cache);',
    '}',
    'static PyMethodDef methods[] = {{"get", get, METH_NOARGS}, {NULL}};',
  ].join('\n');
  const [finding, ...others] = checkExtension([lowerText(text)]);
  expect(others).toEqual([]);
  expect(finding?.rule).toBe('static-pyobject-cache');
  expect(text.slice(finding?.span.start).split('\n')[0]).toBe('cache == NULL)');
  const [write] = finding?.related ?? [];
  expect(write?.message).toBe('What was read may no longer hold when it is written here');
  expect(text.slice(write?.span.start).split('\n')[0]).toBe('cache = PyList_New(0);');
});

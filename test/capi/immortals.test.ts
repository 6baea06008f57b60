import { expect, test } from 'vitest';
import { givesImmortal } from '../../server/src/capi/immortals.ts';

test.each([
  ['PyUnicode_InternFromString', 'name'],
  ['PyLong_FromLong', -5],
  ['PyLong_FromSize_t', 256],
  ['PyLong_FromUnsignedLongLong', 0],
  ['PyTuple_New', 0],
  ['PyBool_FromLong', null],
  ['Py_GetConstant', 'Py_CONSTANT_NONE'],
] as const)('%s(%j) gives the same object every time', (name, first) => {
  expect(givesImmortal(name, first)).toBe(true);
});

test.each([
  ['PyUnicode_InternFromString', null],
  ['PyUnicode_FromString', 'name'],
  ['PyLong_FromLong', -6],
  ['PyLong_FromLong', 257],
  ['PyLong_FromLong', null],
  ['PyLong_FromLong', 'LIMIT'],
  ['PyTuple_New', 1],
  ['PyTuple_New', null],
  ['PyList_New', 0],
] as const)('%s(%j) may make one', (name, first) => {
  expect(givesImmortal(name, first)).toBe(false);
});

import { expect, test } from 'vitest';
import { lines, stepsOf } from './read.ts';

test('a C++ local made from one value is that value, however it is written', () => {
  const steps = stepsOf(
    `void f(PyTypeObject *type, PyObject *args) {
      ptr a(PyType_GenericNew(type, args, 0));
      ptr b(args);
      ptr c{PyType_GenericNew(type, args, nullptr)};
      ptr d(PyType_GenericNew(type, args, args));
    }`,
    'cpp',
  );
  expect(steps).toEqual(
    lines(`
      0: entry
      1: call PyType_GenericNew(type, args, 0)
      2: a := #1
      3: b := args
      4: call PyType_GenericNew(type, args, NULL)
      5: c := #4
      6: call PyType_GenericNew(type, args, args)
      7: d := #6
      8: return`),
  );
});

test('a prototype in a body stays one', () => {
  expect(stepsOf('void f(int n) { int other(int); Thing make(Argument); n++; }', 'cpp')).toEqual(
    lines(`
      0: entry
      1: n += 1 (old)
      2: return`),
  );
});

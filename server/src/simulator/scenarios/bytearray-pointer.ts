import { field } from '../build/thread.ts';
import { FIELDS, type Python } from '../python/python.ts';
import { criticalSection } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const PLAIN = `
static PyObject *
checksum(PyObject *module, PyObject *data)
{
    char *bytes = PyByteArray_AS_STRING(data);
    long sum = bytes[0];
    return PyLong_FromLong(sum);
}
`;

const EXPORTED = `
static PyObject *
checksum(PyObject *module, PyObject *data)
{
    Py_buffer view;
    PyObject_GetBuffer(data, &view, PyBUF_SIMPLE);
    char *bytes = view.buf;
    long sum = bytes[0];
    PyBuffer_Release(&view);
    return PyLong_FromLong(sum);
}
`;

function write(py: Python, text: string, exported: boolean): void {
  const c = py.source('checksum.c', text);
  const python = py.source('other thread', 'data.extend(more)   # BufferError while exported');
  const small = py.p.object({ name: 'old bytes', type: 'char[]', fields: [{ name: '[0]', initial: 65 }] });
  const big = py.p.object({ name: 'new bytes', type: 'char[]', alive: false, fields: [{ name: '[0]', initial: 65 }] });
  const data = py.object('data', {
    type: 'bytearray',
    fields: [{ name: 'ob_start', format: 'pointer', initial: small }, { name: 'ob_exports' }],
  });
  py.holds('data', data);
  const [start, exports] = [field(data, FIELDS), field(data, FIELDS + 1)];
  call(py, 'checksum(data)', c, (t, at) => {
    const bytes = t.local('bytes', 'pointer');
    const count = t.local('exports');
    const change = (by: number): void =>
      criticalSection(py, t, data, () => {
        t.load(count, exports);
        t.store(exports, { operator: '+', left: count, right: by });
      });
    if (exported) {
      at('PyObject_GetBuffer', () => change(1));
      at('char *bytes = view.buf', () => t.load(bytes, start, { order: 'relaxed' }));
    } else {
      at('PyByteArray_AS_STRING', () => t.load(bytes, start, { order: 'relaxed' }));
    }
    at('long sum = bytes[0]', () => t.load(t.local('sum'), field(bytes, 1), { order: 'relaxed' }));
    if (exported) at('PyBuffer_Release', () => change(-1));
  });
  call(py, 'data.extend(more)', python, (t, at) => {
    const count = t.local('exports');
    const old = t.local('old', 'pointer');
    const bigger = t.local('new', 'pointer');
    at('data.extend(more)', () =>
      criticalSection(py, t, data, () => {
        t.load(count, exports);
        t.when({ operator: '==', left: count, right: 0 }, () => {
          t.load(old, start, { order: 'relaxed' });
          t.allocate(bigger, [big]);
          t.store(start, bigger, { order: 'relaxed' });
          t.free(old);
        });
      }),
    );
  });
}

export const bytearrayPointer: Scenario = {
  id: 'bytearray-pointer',
  title: 'A pointer into a bytearray',
  topic: 'buffers',
  text:
    'A bytearray moves its bytes when it grows, and frees the old ones at once. A pointer from PyByteArray_AS_STRING is good ' +
    'only while nobody changes the size. The buffer protocol counts exports, and growing is refused while there are any.',
  models: ['free-threaded', 'gil'],
  counterpart: 'bytearray_pointer',
  rules: ['bytearray-pointer'],
  write: py => write(py, PLAIN, false),
  expected: { 'free-threaded': '1 of 3 fail: use-after-free 1', gil: '0 of 2 fail' },
  fixed: {
    title: 'The buffer protocol',
    write: py => write(py, EXPORTED, true),
    expected: { 'free-threaded': '0 of 3 fail' },
  },
};

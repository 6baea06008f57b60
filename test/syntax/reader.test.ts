import { describe, expect, test } from 'vitest';
import { createReader } from '../../server/src/syntax/reader.ts';
import { wasmParser } from './helpers/parser.ts';

const TEXT = `
typedef struct { PyObject_HEAD
    int hits;
} Counter;

static PyObject *
Counter_read(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    int n;
    Py_BEGIN_ALLOW_THREADS
    n = wait_for(fd);
    Py_END_ALLOW_THREADS
    return PyLong_FromLong(n);
}

static int other(void) { return 1; }
`;

describe('reading', () => {
  test('gives one tree for each top-level item, without errors', async () => {
    const file = createReader(await wasmParser()).read('counter.c', TEXT, { language: 'c' });
    expect(file.items.map(item => item.tree.kinds[item.tree.kind[0]!])).toEqual([
      'type_definition',
      'function_definition',
      'function_definition',
    ]);
    for (const item of file.items) {
      expect(item.tree.flags[0]! & 8).toBe(0);
      expect(item.original).toBe(TEXT.slice(item.start, item.start + item.tree.length));
    }
    expect([...file.lens.uses.values()].map(use => use.name)).toEqual([
      'PyObject_HEAD',
      'Py_UNUSED',
      'Py_BEGIN_ALLOW_THREADS',
      'Py_END_ALLOW_THREADS',
    ]);
  });

  test('keeps the trees of items that an edit does not touch', async () => {
    const reader = createReader(await wasmParser());
    const before = reader.read('counter.c', TEXT, { language: 'c' });
    const at = TEXT.indexOf('hits');
    const after = reader.edit(before, [{ span: { start: at, end: at + 4 }, text: 'misses' }], { language: 'c' });
    expect(after.items.map(item => before.items.some(old => old.tree === item.tree))).toEqual([false, true, true]);
    expect(after.items[1]!.start).toBe(before.items[1]!.start + 2);
  });
});

import { describe, expect, test } from 'vitest';
import { createReader } from '../../server/src/syntax/reader.ts';
import { wasmParser } from './helpers/parser.ts';

const rows = (row: (index: number) => string): string =>
  Array.from({ length: 400 }, (_, index) => `    ${row(index)},\n`).join('');

/** How many rows of a table the parser is given. */
async function rowsRead(declaration: string, row: (index: number) => string): Promise<number> {
  const text = `${declaration} = {\n${rows(row)}};\nstatic int after;\n`;
  const file = createReader(await wasmParser()).read('table.c', text, { language: 'c' });
  expect(file.items.map(item => item.original)).toEqual([
    text.slice(0, text.lastIndexOf('\nstatic')),
    'static int after;',
  ]);
  for (const { tree } of file.items) expect(tree.flags[0]! & 8).toBe(0);
  expect(file.lens.text.split('\n').map(line => line.length)).toEqual(text.split('\n').map(line => line.length));
  return file.lens.text.split('\n').filter(line => line.startsWith('    ') && line.trim() !== '').length;
}

describe('tables of plain data', () => {
  test('are given to the parser by their first rows', async () => {
    expect(await rowsRead('static const int widths[]', index => `${index}, -1`)).toBe(13);
    expect(await rowsRead('static const struct code codes[]', index => `{"E${index}", LIBRARY_${index}, 0x10}`)).toBe(
      8,
    );
  });

  test('are whole when anything in them may be a function, a macro of several rows or an address', async () => {
    expect(await rowsRead('static struct entry entries[]', index => `{"e", entry_${index}, 2}`)).toBe(400);
    expect(await rowsRead('static PyMethodDef methods[]', index => `FIRST_METHODDEF {NULL, ${index}}`)).toBe(400);
    expect(await rowsRead('static int *places[]', () => '&PLACE')).toBe(400);
    expect(await rowsRead('static int sums[]', () => 'ROW(1)')).toBe(400);
  });

  test('are whole when they are small', async () => {
    const file = createReader(await wasmParser()).read('t.c', 'int t[] = {1, 2, 3};', { language: 'c' });
    expect(file.lens.text).toBe('int t[] = {1, 2, 3};');
  });
});

/** Which files are looked at around a file. */
import { expect, test } from 'vitest';
import { PYTHON, world } from './memory.ts';

const FILES = {
  '/w/module.c': `${PYTHON}#include "parts/table.h"\n`,
  '/w/parts/table.h': `${PYTHON}HAZARD\n`,
};

const around = async (options: Parameters<typeof world>[1], files: Readonly<Record<string, string>> = FILES) =>
  (await world(files, options).workspace.explain('/w/parts/table.h', 0)).replace(/.* with /, '');

test('a header alone in its directory is seen with the sources of the folder that is open', async () => {
  expect(await around({ folders: ['/w'] })).toBe('2 files');
  expect(await around({ folders: ['/elsewhere'] })).toBe('1 files');
  expect(await around({})).toBe('1 files');
});

test('what says that it is a project comes before the folder', async () => {
  expect(await around({ folders: ['/w'] }, { ...FILES, '/w/parts/setup.py': '' })).toBe('1 files');
  expect(await around({}, { ...FILES, '/w/setup.py': '' })).toBe('2 files');
});

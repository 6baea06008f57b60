import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { kindOfFile } from '../../server/src/syntax/language.ts';
import { createReader } from '../../server/src/syntax/reader.ts';
import { outline } from './helpers/outline.ts';
import { wasmParser } from './helpers/parser.ts';

const directory = join(import.meta.dirname, '../fixtures/syntax');
const fixtures = readdirSync(directory).filter(name => !name.endsWith('.txt'));

/** Code that is wrong on purpose. */
const BROKEN = ['04-label-before-end.c', '32-half-typed.c'];

/** What is expected of each file stands in the file of the same name with `.txt` behind it. */
describe('constructs that the grammar alone misreads', () => {
  for (const name of fixtures) {
    test(name, async () => {
      const text = readFileSync(join(directory, name), 'utf8');
      const file = createReader(await wasmParser()).read(name, text, kindOfFile(name, text));
      const understood = outline(file);
      expect(understood).toBe(readFileSync(join(directory, `${name}.txt`), 'utf8'));
      if (!BROKEN.includes(name)) expect(understood).not.toMatch(/^\s*(?:ERROR|MISSING) /m);
      expect(shape(file.lens.text)).toEqual(shape(text));
    });
  }

  test('there is a fixture for each of them', () => {
    const numbers = new Set(fixtures.map(name => Number.parseInt(name, 10)));
    for (let trap = 1; trap <= 30; trap++) expect(numbers).toContain(trap);
  });
});

/** Length and line breaks. */
function shape(text: string): [number, string] {
  return [text.length, text.replace(/[^\r\n]+/g, line => `${line.length}`)];
}

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lens } from '../../server/src/syntax/lens.ts';
import type { SyntaxFile } from '../../server/src/syntax/model.ts';
import { applyEdits, createReader, type Edit, type ReadOptions } from '../../server/src/syntax/reader.ts';
import { wasmParser } from './helpers/parser.ts';
import { cppText, cText, samples } from './helpers/samples.ts';

/** Pieces that make trouble when they come or go. */
const PIECE = fc.constantFrom(
  '{',
  '}',
  '(',
  ')',
  ';',
  ',',
  '"',
  "'",
  '/*',
  '*/',
  '//',
  '\n',
  '\r\n',
  '\\\n',
  '#',
  '#if X\n',
  '\n#if 0\n',
  '\n#else\n',
  '\n#endif\n',
  '\n#ifdef Py_GIL_DISABLED\n',
  '\n#error no\n',
  '\n#define F(x) {\n',
  '<%',
  '%>',
  '@',
  '::',
  ':',
  '=',
  '\0',
  '\f',
  'template <class T>',
  'extern "C" {',
  'namespace n {',
  'R"x(',
  'Py_BEGIN_ALLOW_THREADS\n',
  'FOO(x)\n',
  'FOO {',
  'case 1:',
  'int f(a) int a; {',
  'struct s {',
  'return ',
  '\ud800',
  'é',
  '\u2028',
  'x',
  ' ',
  '\n}\n',
  '\nint g(void)\n{\n',
);

const MUTATION = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  drop: fc.integer({ min: 0, max: 30 }),
  put: PIECE,
});

function mutated(text: string, mutations: readonly { at: number; drop: number; put: string }[]): string {
  let out = text;
  for (const { at, drop, put } of mutations) {
    const from = Math.floor(at * out.length);
    out = out.slice(0, from) + put + out.slice(from + drop);
  }
  return out;
}

const NOISE = fc.string({
  unit: fc.oneof(PIECE, fc.constantFrom('a', 'b', 'X', 'YZ', '_0', '19', '.', '+', '-', '*', '&', '<', '>', '[', ']')),
  maxLength: 120,
});
const SAMPLE = fc.constantFrom(...samples);

function expectSameShape(text: string, options: ReadOptions): void {
  const lensed = lens(text, options).text;
  expect(lensed.length).toBe(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10 || unit === 13) expect(lensed.charCodeAt(i)).toBe(unit);
    else expect(lensed.charCodeAt(i) === 10 || lensed.charCodeAt(i) === 13).toBe(false);
  }
}

/** All that a reader gives, as comparable data. */
function facts({ items, lens: lensed, notRead }: SyntaxFile): unknown {
  const { text, uses, inactive, conditional, definitions, includes, comments } = lensed;
  return {
    items: items.map(({ start, tree, text, original, scope, uses }) => ({
      start,
      tree,
      text,
      original,
      scope,
      uses: [...uses],
    })),
    lens: { text, uses: [...uses], inactive, conditional, definitions, includes, comments },
    notRead,
  };
}

describe('the lens', () => {
  test('keeps length and line breaks of any text', () => {
    fc.assert(
      fc.property(NOISE, fc.constantFrom('c' as const, 'cpp' as const), fc.boolean(), (text, language, template) =>
        expectSameShape(text, { language, template }),
      ),
      { numRuns: 200 },
    );
  });

  test('keeps length and line breaks of mutated and truncated code', () => {
    fc.assert(
      fc.property(
        SAMPLE,
        fc.array(MUTATION, { maxLength: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (sample, mutations, cut) => {
          const text = mutated(sample.text, mutations);
          expectSameShape(text, sample);
          expectSameShape(text.slice(0, Math.floor(text.length * cut)), sample);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('reading again after edits', () => {
  for (const [language, text] of [
    ['c', cText],
    ['cpp', cppText],
  ] as const) {
    test(`equals reading from scratch, ${language}`, async () => {
      const reader = createReader(await wasmParser());
      const options = { language };
      fc.assert(
        fc.property(fc.array(MUTATION, { minLength: 1, maxLength: 6 }), mutations => {
          let current = reader.read('a', text, options);
          for (const { at, drop, put } of mutations) {
            const { original } = current.lens;
            const start = Math.floor(at * original.length);
            const edit: Edit = { span: { start, end: Math.min(original.length, start + drop) }, text: put };
            current = reader.edit(current, [edit], options);
            expect(current.lens.original).toBe(applyEdits(original, [edit]));
          }
          expect(facts(current)).toEqual(facts(reader.read('a', current.lens.original, options)));
        }),
        { numRuns: 30 },
      );
    });
  }

  test('an edit and its opposite lead back to the same trees', async () => {
    const reader = createReader(await wasmParser());
    const options = { language: 'c' as const };
    const before = reader.read('a', cText, options);
    fc.assert(
      fc.property(MUTATION, ({ at, put }) => {
        const start = Math.floor(at * cText.length);
        const there = reader.edit(before, [{ span: { start, end: start }, text: put }], options);
        const back = reader.edit(there, [{ span: { start, end: start + put.length }, text: '' }], options);
        expect(facts(back)).toEqual(facts(before));
      }),
      { numRuns: 30 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { Deadline } from '../../server/src/syntax/parser.ts';
import { createReader } from '../../server/src/syntax/reader.ts';
import { wasmParser } from './helpers/parser.ts';

const r = (text: string, times: number) => text.repeat(times);

const HOSTILE: Record<string, string> = {
  'open parentheses': r('(', 10_000),
  'nested parentheses': `int x = ${r('(', 10_000)}1${r(')', 10_000)};`,
  'nested braces': `void f(void) ${r('{', 10_000)}${r('}', 10_000)}`,
  'open braces': r('{', 10_000),
  'closing braces': r('}', 10_000),
  'comments that are never closed': r('int x; /* never\n', 2_000),
  'quotes that are never closed': r('"\'', 5_000),
  'conditionals that are never closed': r('#if X\n{\n#else\n', 3_000),
  'conditions of great depth': `#if ${r('(', 5_000)}1${r(')', 5_000)}\nint x;\n#endif\n`,
  'rows without commas': `static T rows[] = {\n${r('X(a, b, "c")\n', 5_000)}};\n`,
  'names without commas': `static T rows[] = {\n${r('FOO_METHODDEF\n', 5_000)}};\n`,
  'one long line': `int x = ${r('a + ', 20_000)}b;`,
  'a long array': `int a[] = {${r('1, ', 20_000)}};`,
  'nested namespaces': r('namespace a {', 3_000),
  'nested templates': r('template <class T', 2_000),
  'enumerators by macro': `enum e {${r('X(a) ', 5_000)}};`,
  'a chain of else if': `void f(void) { ${r('if (a) b(); else ', 3_000)}c(); }`,
  'functions that are never closed': r('int f(void)\n{\n  if (x) {\n', 2_000),
  'statement macros': `void f(void)\n{\n${r('  LOCK(x)\n', 5_000)}}\n`,
  words: r('FOO ', 10_000),
  backslashes: r('\\\n', 10_000),
};

describe('hostile text', () => {
  for (const [name, text] of Object.entries(HOSTILE)) {
    test.each(['c', 'cpp'] as const)(`${name}, %s`, async language => {
      let asked = 0;
      // Counted, not timed, so that the test says the same everywhere.
      const deadline: Deadline = { passed: () => ++asked > 3_000 };
      const file = createReader(await wasmParser()).read('x', text, { language, deadline });
      expect(file.lens.text.length).toBe(text.length);
      for (const item of file.items) expect(item.start + item.tree.length).toBeLessThanOrEqual(text.length);
    });
  }

  test('an item that takes too long is reported, and the others are read', async () => {
    const slow = `int slow[] = {${r('x, ', 50_000)}};`;
    const text = `int before(void) { return 1; }\n${slow}\nint after(void) { return 2; }\n`;
    const itemDeadline = (): Deadline => {
      let asked = 0;
      return { passed: () => ++asked > 5 };
    };
    const file = createReader(await wasmParser()).read('x.c', text, { language: 'c', itemDeadline });
    expect(file.incomplete).toBe(true);
    expect(file.items.map(item => item.text)).toEqual([
      'int before(void) { return 1; }',
      'int after(void) { return 2; }',
    ]);
    expect(file.notRead).toEqual([
      {
        span: { start: text.indexOf('int slow'), end: text.indexOf(';\nint after') + 1 },
        reason: 'deadline',
        name: null,
      },
    ]);
  });

  test('when all time is used up the rest is reported, and read the next time', async () => {
    const reader = createReader(await wasmParser());
    const text = 'int f(void) { return 1; }\n\nint g(void) { return 2; }\n';
    const file = reader.read('x.c', text, { language: 'c', deadline: { passed: () => true } });
    expect(file.items).toEqual([]);
    expect(file.notRead.map(part => text.slice(part.span.start, part.span.end))).toEqual(text.trim().split('\n\n'));
    const again = reader.edit(file, [], { language: 'c' });
    expect(again.incomplete).toBe(false);
    expect(again.items).toHaveLength(2);
  });

  test('binary input is refused', async () => {
    const reader = createReader(await wasmParser());
    const binary = r('\u0001\u0002\ufffd\u0004 int f(void) {', 50);
    for (const text of ['int f(void);\0', binary]) {
      const file = reader.read('x.c', text, { language: 'c' });
      expect(file.items).toEqual([]);
      expect(file.notRead).toEqual([{ span: { start: 0, end: text.length }, reason: 'binary', name: null }]);
      expect(file.lens.text.trim()).toBe('');
      expect(
        reader.edit(file, [{ span: { start: 0, end: text.length }, text: 'int g(void);' }], { language: 'c' }).items,
      ).toHaveLength(1);
    }
  });
});

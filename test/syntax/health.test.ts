import { expect, test } from 'vitest';
import { functionName, functionNodes, parseHealth } from '../../server/src/syntax/health.ts';
import { createReader } from '../../server/src/syntax/reader.ts';
import { wasmParser } from './helpers/parser.ts';

test('a function that could not be read is reported, not passed over', async () => {
  const text = `static int good(void) { return 1; }

static int lost(int a) ) ( { return ] 2; }

static int part(void)
{
    x = = 3;
    MYSTERY(x)
    return 4;
}
`;
  const file = createReader(await wasmParser()).read('x.c', text, { language: 'c' });
  expect(file.notRead.map(({ reason, name }) => [reason, name])).toEqual([['syntax', 'lost']]);
  const health = parseHealth(file);
  expect(health.functions).toBe(3);
  expect(health.functionsNotRead).toBe(1);
  expect(health.unknownMacros).toEqual(['MYSTERY']);
  expect(health.incomplete).toBe(false);
  const lost = text.indexOf('static int part') - 2 - text.indexOf('static int lost');
  expect(health.charactersNotRead).toBeGreaterThanOrEqual(lost);
  expect(health.characters).toBe(text.length);
});

test('function names are read from any declarator', async () => {
  const text = `int a(void) {} int *b(void) {} int (*c(void))(int) { return 0; } int (d)(void) {}
struct S { int e() {} ~S() {} operator bool() const {} bool operator()(int) {} S &operator++() {} };
int n::f<int>(int) {} n::S::operator double *() const {}
`;
  const file = createReader(await wasmParser()).read('x.cpp', text, { language: 'cpp' });
  const names = file.items.flatMap(({ tree, text }) => functionNodes(tree).map(node => functionName(tree, text, node)));
  expect(names.map(name => name.replace(/\s+/g, ' '))).toEqual([
    'a',
    'b',
    'c',
    'd',
    'e',
    '~S',
    'operator bool',
    'operator()',
    'operator++',
    'n::f<int>',
    'n::S::operator double *',
  ]);
});

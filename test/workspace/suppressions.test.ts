import { expect, test } from 'vitest';
import { lines, PYTHON, world } from './memory.ts';

async function found(text: string): Promise<string[]> {
  const it = world({ '/a.c': PYTHON + text });
  return lines(await it.workspace.diagnose('/a.c')).map(line => line.replace('/a.c: ', ''));
}

test('a comment behind a line allows a rule there, and its reason is kept', async () => {
  expect(
    await found('void f(void) {\n HAZARD; // gilproof: allow(borrowed-list-item) the list is private\n HAZARD;\n}\n'),
  ).toEqual(['error borrowed-list-item', 'borrowed-list-item by comment (the list is private)']);
});

test('a comment on its own speaks of the next line of code', async () => {
  expect(await found('void f(void) {\n /* gilproof: allow(borrowed-refs) checked */\n\n HAZARD;\n}\n')).toEqual([
    'borrowed-list-item by comment (checked)',
  ]);
});

test('a comment above a function allows in all of it, one for the file everywhere', async () => {
  const body = 'void f(void) {\n HAZARD;\n HAZARD;\n}\n\nvoid g(void) {\n HAZARD;\n}\n';
  expect(await found(`// gilproof: allow(borrowed-list-item) one owner\n${body}`)).toEqual([
    'error borrowed-list-item',
    'borrowed-list-item by comment (one owner)',
    'borrowed-list-item by comment (one owner)',
  ]);
  expect(await found(`// gilproof: allow-file(borrowed-list-item) tests only\n${body}`)).toHaveLength(3);
});

test('NOLINT and numpy comments are honoured and never complained about', async () => {
  expect(await found('HAZARD; // NOLINT(gilproof-borrowed-list-item)\n')).toEqual(['borrowed-list-item by comment ()']);
  expect(await found('HAZARD; // NOLINT(gilproof-*)\n')).toEqual(['borrowed-list-item by comment ()']);
  expect(await found('// NOLINTNEXTLINE(gilproof-globals)\nCOUNTER;\n')).toEqual(['global-counter by comment ()']);
  expect(await found('HAZARD; // noqa: borrowed-ref OK\n')).toEqual(['borrowed-list-item by comment ()']);
  expect(await found('COUNTER; // noqa: borrowed-ref OK\n')).toEqual(['warning global-counter']);
  expect(await found('x; // NOLINT(gilproof-globals)\n')).toEqual(['nothing']);
});

test('a suppression that suppresses nothing, names nothing or gives no reason is said', async () => {
  expect(await found('x; // gilproof: allow(globals) why\n')).toEqual([
    'unused-suppression: Nothing to allow here: no finding of globals.',
  ]);
  expect(await found('x; // gilproof: allow(globels) why\n')).toEqual([
    "unknown-suppression: No rule or family is called 'globels'.",
  ]);
  expect(await found('COUNTER; // gilproof: allow(globals)\n')).toEqual([
    'global-counter by comment ()',
    'suppression-without-reason: Say why this is allowed, behind the bracket.',
  ]);
});

test('text in strings is no comment, and a comment inside a comment no second one', async () => {
  expect(await found('char *s = "// gilproof: allow-file(*)"; HAZARD;\n')).toEqual(['error borrowed-list-item']);
});

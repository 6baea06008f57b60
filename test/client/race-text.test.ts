import { expect, test } from 'vitest';
import { isTarget } from '../../client/src/race-target.ts';
import { showsText } from '../../client/src/race-text.ts';

const document = (text: string, uri = 'file:///w/a%20b.c') => {
  const lines = text.split('\n');
  return { uri, lineCount: lines.length, lineAt: (line: number) => ({ text: lines[line] ?? '' }) };
};
const source = { name: 'a b.c', uri: 'file:///w/a b.c', firstLine: 2, lines: ['int f(void)', '{', '}'] };

test.each([
  ['the same lines at their place', '\n\nint f(void)\n{\n}\n', true],
  ['other text elsewhere', 'x\ny\nint f(void)\n{\n}\nint g;', true],
  ['a line more above', '\n\n\nint f(void)\n{\n}\n', false],
  ['another line', '\n\nint f(int)\n{\n}\n', false],
  ['the end cut off', '\n\nint f(void)\n', false],
])('a document with %s', (_name, text, same) => {
  expect(showsText(document(text), source)).toBe(same);
});

test('other documents have nothing to say', () => {
  expect(showsText(document('', 'file:///w/other.c'), source)).toBe(true);
  expect(showsText(document(''), { name: 'demo', firstLine: 0, lines: ['x'] })).toBe(true);
});

test.each([
  [{ uri: 'file:///a.c', line: 1, character: 0 }, true],
  [{ uri: 'file:///a.c', line: 1, character: 0, rule: 'global-counter', message: 'm' }, true],
  [{ uri: 'file:///a.c', line: -1, character: 0 }, false],
  [{ uri: 7, line: 1, character: 0 }, false],
  [{ uri: 'file:///a.c', line: 1, character: 0, rule: 7 }, false],
  ['file:///a.c', false],
  [null, false],
])('%j as a target: %s', (value, good) => {
  expect(isTarget(value)).toBe(good);
});

import { expect, test } from 'vitest';
import { rowsOf, stepsOnLine, switchFrom } from '../../client/webview/rows.ts';
import { steps } from './samples.ts';

/** Rows as `1-2 T1`, `+` when folded, `/` when part of a cut operation, `~` when it continues the row above. */
function rows(text: string, expanded = false, toggled: readonly number[] = []): string[] {
  return rowsOf(steps(text), { expanded, toggled }).map(
    row =>
      `${row.first + 1}${row.last > row.first ? `-${row.last + 1}` : ''} T${row.thread}${row.folded ? '+' : ''}${row.part ? '/' : ''}${row.continues ? '~' : ''}`,
  );
}

test('consecutive steps of an operation are one row', () => {
  expect(rows('1a 1a 1a 2b 1c')).toEqual(['1-3 T1+', '4 T2', '5 T1']);
});

test('another thread in the middle cuts an operation in two', () => {
  expect(rows('1a 2b 2b 1a')).toEqual(['1 T1/', '2-3 T2+', '4 T1/']);
});

test('expanded, every step is a row', () => {
  expect(rows('1a 1a 2b', true)).toEqual(['1 T1/', '2 T1/~', '3 T2']);
});

test('one operation opened, or folded among the expanded', () => {
  expect(rows('1a 1a 2b 2b', false, [1])).toEqual(['1-2 T1+', '3 T2/', '4 T2/~']);
  expect(rows('1a 1a 2b 2b', true, [1])).toEqual(['1 T1/', '2 T1/~', '3-4 T2+']);
});

test('no steps, no rows', () => {
  expect(rowsOf([], { expanded: false, toggled: [] })).toEqual([]);
});

test('switches', () => {
  const list = steps('1a 1b 2c 1d 1e');
  expect([0, 1, 2, 3, 4].map(from => switchFrom(list, from, 1))).toEqual([2, 2, 3, 4, 4]);
  expect([0, 1, 2, 3, 4].map(from => switchFrom(list, from, -1))).toEqual([0, 0, 0, 2, 3]);
});

test('steps on a line', () => {
  expect(stepsOnLine(steps('1a 1b 2c'), 0, 1)).toEqual([1]);
  expect(stepsOnLine(steps('1a 1b 2c'), 1, 1)).toEqual([]);
});

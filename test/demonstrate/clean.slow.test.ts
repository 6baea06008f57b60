/**
 * Clean fixtures, asked about every access of shared memory and every call that trusts a container: none of it is shown to
 * fail.
 */
import { expect, test } from 'vitest';
import { cleanAnswers } from '../../scripts/demonstrated.ts';

/**
 * Numbers and pointers that are read and written without a lock, each by itself: races in the words of the C standard, which no
 * rule reports, because nothing follows from them.
 */
const MOST_DATA_RACES = 20;

test('no order of clean code fails', () => {
  const answers = cleanAnswers();
  expect(answers.length).toBeGreaterThan(400);
  const shown = answers.filter(({ demonstration }) => demonstration.status === 'demonstrated');
  const races = shown.filter(({ demonstration }) => demonstration.failure === 'data-race');
  expect(shown.filter(answer => !races.includes(answer))).toEqual([]);
  expect(races.length).toBeLessThanOrEqual(MOST_DATA_RACES);
}, 180_000);

/**
 * Clean fixtures, asked about every access of shared memory and every call that trusts a container: none of it is shown to
 * fail. What is shown is a bug of the model or of the fixture.
 */
import { expect, test } from 'vitest';
import { cleanAnswers } from '../../scripts/demonstrated.ts';

test('no order of clean code fails', () => {
  const answers = cleanAnswers();
  expect(answers.length).toBeGreaterThan(400);
  const shown = answers.filter(({ demonstration }) => demonstration.status === 'demonstrated');
  expect(shown.map(({ file, line, demonstration }) => `${file}:${line} ${demonstration.title}`)).toEqual([]);
}, 900_000);

/** One hazard, two remedies: a buffer can be made local, a table that is kept between calls cannot. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkExtension } from '../../../server/src/rules/check.ts';
import { staticScratchBuffer } from '../../../server/src/rules/globals/static-scratch-buffer.ts';
import { lowerText } from '../../program/read.ts';

test.each([
  ['racy-histogram.c', 'Use a local or allocated buffer.'],
  ['racy-text.c', 'Use a local or allocated buffer.'],
  ['racy-kept-table.c', 'Lock a mutex around every use of it.'],
])('%s: %s', (name, remedy) => {
  const text = readFileSync(`test/fixtures/rules/globals/static-scratch-buffer/${name}`, 'utf8');
  const findings = checkExtension([lowerText(text)], { rules: [staticScratchBuffer] });
  expect(findings.length).toBeGreaterThan(0);
  for (const { message } of findings) expect(message).toContain(remedy);
});

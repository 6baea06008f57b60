/** As `edits.test.ts`, longer. */
import { expect, test } from 'vitest';
import { FAMILIES, typedAndOpened } from './editing.ts';

const EDITS = 60;

test.each(FAMILIES)('%s', { timeout: 120_000 }, family => {
  for (const { typed, opened } of typedAndOpened(family, 104_729, EDITS)) expect(typed).toEqual(opened);
});

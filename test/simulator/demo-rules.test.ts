/** Demos say which rules they explain: pages and hovers link them. */
import { expect, test } from 'vitest';
import { demosOf } from '../../server/src/simulator/scenarios/index.ts';

test('the demos of a rule are those that name it', () => {
  expect(demosOf(['borrowed-list-item']).map(({ id }) => id)).toContain('borrowed-item');
  expect(demosOf(['borrowed-list-item']).every(({ rules }) => rules.includes('borrowed-list-item'))).toBe(true);
  expect(demosOf(['no-such-rule'])).toEqual([]);
});

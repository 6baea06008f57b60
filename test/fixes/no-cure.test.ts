import { expect, test } from 'vitest';
import { NO_CURE } from '../../server/src/fixes/no-cure.ts';
import { FILE_TECHNIQUES, TECHNIQUES } from '../../server/src/fixes/table.ts';
import { RULES } from '../../server/src/rules/registry.ts';

test('a rule has techniques, or a reason why it has none', () => {
  const cured = [...TECHNIQUES.keys(), ...FILE_TECHNIQUES.keys()];
  expect([...cured, ...NO_CURE.keys()].sort()).toEqual(RULES.map(rule => rule.id).sort());
});

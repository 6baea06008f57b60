import { expect, test } from 'vitest';
import { withRule } from '../../scripts/new-rule.ts';

const INDEX = `import type { Rule } from '../rule.ts';
import { globalCounter } from './global-counter.ts';
import { tlsPyobject } from './tls-pyobject.ts';

export const GLOBALS: readonly Rule[] = [globalCounter, tlsPyobject];
`;

test('a new rule goes into its family’s list in order, once', () => {
  const one = withRule(INDEX, 'globals', 'static-type');
  expect(one).toContain("import { staticType } from './static-type.ts';");
  expect([...one.matchAll(/^ {2}(\w+),$/gm)].map(match => match[1])).toEqual([
    'globalCounter',
    'staticType',
    'tlsPyobject',
  ]);
  expect(withRule(one, 'globals', 'static-type')).toBe(one);
});

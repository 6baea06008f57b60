/** What counts as gained and lost when the findings before and after a fix are compared. */
import { expect, test } from 'vitest';
import { verdict } from '../../server/src/fixes/verify.ts';
import type { Finding } from '../../server/src/rules/finding.ts';

const COUNTED = new Set(['lost-update', 'borrowed']);

/** `rule function subject`. */
function finding(text: string): Finding {
  const [rule = '', name = '', subject = ''] = text.split(' ');
  return {
    rule,
    family: 'globals',
    severity: 'crash',
    confidence: 'likely',
    exposure: { freeThreaded: true, perInterpreter: false, withGil: false },
    message: '',
    file: 'a.c',
    span: { start: 0, end: 0 },
    subject,
    site: { file: 'a.c', function: name, steps: [] },
    related: [],
    alsoMatches: [],
  } as unknown as Finding;
}

test.each([
  ['it is gone', ['lost-update f n'], [], true],
  ['it is there still', ['lost-update f n'], ['lost-update f n'], false],
  ['one of two is gone', ['lost-update f n', 'lost-update f n'], ['lost-update f n'], true],
  ['the locked helper of the function is the function', ['lost-update f n'], ['lost-update f_lock_held n'], false],
  ['it became one of another variable', ['lost-update f n'], ['lost-update f m'], false],
  ['another came', ['lost-update f n'], ['borrowed f x'], false],
  ['another got a new name', ['lost-update f n', 'borrowed f self->x'], ['borrowed f x'], true],
  [
    'another got a new name, and a second one came',
    ['lost-update f n', 'borrowed f a'],
    ['borrowed f x', 'borrowed f y'],
    false,
  ],
  ['another moved to another function', ['lost-update f n', 'borrowed f x'], ['borrowed g x'], false],
  ['what only settings show came', ['lost-update f n'], ['pedantic f x'], true],
])('%s', (_name, before, after, holds) => {
  const [first] = before;
  expect(verdict(finding(first ?? ''), before.map(finding), after.map(finding), COUNTED).holds).toBe(holds);
});

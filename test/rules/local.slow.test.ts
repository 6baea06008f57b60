/** Local rules see functions one by one, and their findings outlive an edit elsewhere: neither may change what is found. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TranslationUnit } from '../../server/src/program/model.ts';
import { checkExtension } from '../../server/src/rules/check.ts';
import { RULES } from '../../server/src/rules/registry.ts';
import { lowerText } from '../program/read.ts';

const ROOT = 'test/fixtures/rules';
const WHOLE = RULES.map(rule => ({ ...rule, local: false }));

const fixtures = RULES.filter(rule => rule.local).flatMap(({ id, family }) =>
  readdirSync(`${ROOT}/${family}/${id}`)
    .filter(name => /^racy-.*\.c$/.test(name))
    .map(name => ({ name: `${id}/${name}`, text: readFileSync(`${ROOT}/${family}/${id}/${name}`, 'utf8') })),
);

test.each(fixtures)('$name: one by one as all together', ({ text }) => {
  const unit = lowerText(text);
  expect(checkExtension([unit])).toEqual(checkExtension([unit], { rules: WHOLE }));
});

/** The same functions, further down in their file. */
function movedDown(unit: TranslationUnit, by: number): TranslationUnit {
  return { ...unit, functions: unit.functions.map(fn => ({ ...fn, start: fn.start + by })) };
}

test.each(fixtures)('$name: again after its functions have moved', ({ text }) => {
  const unit = lowerText(text);
  checkExtension([unit]);
  const moved = movedDown(unit, 100);
  expect(checkExtension([moved])).toEqual(checkExtension([moved], { rules: WHOLE }));
});

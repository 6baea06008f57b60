import { expect, test } from 'vitest';
import { BaselineFilter, readBaseline, writeBaseline } from '../../server/src/workspace/baseline.ts';
import { fingerprintsOf, keysOf } from '../../server/src/workspace/fingerprint.ts';
import { PYTHON, world } from './memory.ts';

async function findings(text: string) {
  const it = world({ '/a.c': PYTHON + text });
  return { text: PYTHON + text, found: (await it.workspace.diagnose('/a.c')).findings };
}

const BEFORE = 'void f(void) {\n HAZARD;\n HAZARD;\n}\n';

test('keys and fingerprints survive moved lines, new white space and comments', async () => {
  const before = await findings(BEFORE);
  const after = await findings(
    `int x;\n\n${BEFORE.replace(' HAZARD;', '\t  HAZARD ; // why').replace('HAZARD ;', 'HAZARD;')}`,
  );
  expect(keysOf(after.text, after.found)).toEqual(keysOf(before.text, before.found));
  expect(fingerprintsOf(after.text, after.found)).toEqual(fingerprintsOf(before.text, before.found));
  expect(new Set(fingerprintsOf(before.text, before.found)).size).toBe(2);
});

test('a fingerprint changes with the rule, the function and the text', async () => {
  const variants = [
    BEFORE,
    BEFORE.replace('f(', 'g('),
    BEFORE.replaceAll('HAZARD', 'COUNTER'),
    BEFORE.replace('HAZARD', 'HAZARD + 1'),
  ];
  const first = await Promise.all(
    variants.map(async text => {
      const { text: whole, found } = await findings(text);
      return fingerprintsOf(whole, found)[0];
    }),
  );
  expect(new Set(first).size).toBe(variants.length);
});

test('a baseline covers as many findings as it counts, and tells which of its entries are stale', async () => {
  const { text, found } = await findings(BEFORE);
  const keys = keysOf(text, found);
  const written = writeBaseline(keys.map(key => ({ file: 'a.c', key })));
  const entries = readBaseline(written);
  if (typeof entries === 'string') throw new Error(entries);
  expect(entries).toEqual([{ file: 'a.c', rule: 'borrowed-list-item', function: 'f', text: 'HAZARD;', count: 2 }]);
  const filter = new BaselineFilter(entries);
  expect(filter.stale()).toHaveLength(1);
  expect(filter.covers('b.c', keys[0]!)).toBe(false);
  expect([1, 2, 3].map(() => filter.covers('a.c', keys[0]!))).toEqual([true, true, false]);
  expect(filter.stale()).toEqual([]);
});

test.each([
  ['', 'not JSON'],
  ['[]', 'not a baseline'],
  ['{"version":2,"findings":[]}', 'version 2 is not known here'],
  ['{"version":1,"findings":[{"file":"a"}]}', 'an entry lacks file, rule, function, text or count'],
])('what is no baseline is said to be none: %s', (text, why) => {
  expect(readBaseline(text)).toBe(why);
});

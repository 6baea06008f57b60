import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FIXTURES, FOLDER, fixtureText } from '../../../scripts/playback-fixtures.ts';

test.each(FIXTURES)(
  'test/fixtures/playback/real/%s.json is what the engine makes (node scripts/playback-fixtures.ts)',
  id => {
    expect(readFileSync(new URL(`${id}.json`, FOLDER), 'utf8')).toBe(fixtureText(id));
  },
);

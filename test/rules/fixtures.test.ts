/**
 * Each rule's fixtures: `racy-*.c` hold the expectation under the flagged code, `clean-*.c` expect nothing. All rules run, so
 * that merging is what users see; what counts is this rule and those that the file names, because a file that is about one
 * hazard may well hold others.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkExtension } from '../../server/src/rules/check.ts';
import { RULES } from '../../server/src/rules/registry.ts';
import { lowerText } from '../program/read.ts';
import { assumptionsIn, confidences, expectedPlaces, foundPlaces } from './expectations.ts';

const ROOT = 'test/fixtures/rules';

describe.each(RULES)('$id', rule => {
  const folder = `${ROOT}/${rule.family}/${rule.id}`;
  const files = readdirSync(folder).filter(name => /\.(?:c|cpp)$/.test(name));

  test('has at least three racy and three clean fixtures', () => {
    expect(files.filter(name => name.startsWith('racy-')).length).toBeGreaterThanOrEqual(3);
    expect(files.filter(name => name.startsWith('clean-')).length).toBeGreaterThanOrEqual(3);
  });

  test.each(files)('%s', name => {
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    const expected = expectedPlaces(text);
    const findings = checkExtension([lowerText(text, name.endsWith('.cpp') ? 'cpp' : 'c')], assumptionsIn(text));
    const named = new Set([rule.id, ...expected.map(place => place.split(' ')[1])]);
    expect(
      foundPlaces(
        text,
        findings.filter(finding => named.has(finding.rule)),
      ),
    ).toEqual(expected);
    const sure = confidences(text, findings);
    expect(sure.found).toEqual(sure.expected);
    expect(name.startsWith('racy-')).toBe(expected.some(place => place.endsWith(` ${rule.id}`)));
    for (const finding of findings.filter(one => one.rule === rule.id)) {
      expect(finding.message.length, finding.message).toBeLessThan(160);
      expect(finding.message).not.toContain('\n');
      expect(finding.message.toLowerCase()).not.toContain('safe');
    }
  });
});

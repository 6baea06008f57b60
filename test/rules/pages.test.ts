/** Every rule has its page, with the fixed headings, and the code on it does what the page says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { inRoot } from '../../scripts/paths.ts';
import { blocksOf, headingsOf, PAGE_HEADINGS } from '../../scripts/rule-pages.ts';
import { checkExtension } from '../../server/src/rules/check.ts';
import { FAMILIES } from '../../server/src/rules/finding.ts';
import { RULES } from '../../server/src/rules/registry.ts';
import { lowerText } from '../program/read.ts';
import { assumptionsIn, expectedPlaces, foundPlaces } from './expectations.ts';

const pageOf = (id: string): string => inRoot('docs', 'rules', `${id}.md`);
const withPage = RULES.filter(rule => existsSync(pageOf(rule.id)));

test('every rule has a page, and every page a rule', () => {
  const missing = RULES.filter(rule => !existsSync(pageOf(rule.id))).map(rule => rule.id);
  expect(missing).toEqual([]);
  const ids = new Set(RULES.map(rule => `${rule.id}.md`));
  expect(readdirSync(inRoot('docs', 'rules')).filter(name => name !== 'index.md' && !ids.has(name))).toEqual([]);
});

test('every rule file and every folder of fixtures belongs to a registered rule', () => {
  const registered = new Set(RULES.map(rule => `${rule.family}/${rule.id}`));
  const folders = FAMILIES.filter(family => existsSync(inRoot('test', 'fixtures', 'rules', family)));
  const fixtures = folders.flatMap(family =>
    readdirSync(inRoot('test', 'fixtures', 'rules', family)).map(id => `${family}/${id}`),
  );
  expect(fixtures.filter(id => !registered.has(id))).toEqual([]);
  const files = FAMILIES.flatMap(family =>
    readdirSync(inRoot('server', 'src', 'rules', family)).map(name => `${family}/${name.replace(/\.ts$/, '')}`),
  );
  expect(files.filter(id => !id.endsWith('/index') && !registered.has(id))).toEqual([]);
});

test('ids are unique', () => {
  const ids = RULES.map(rule => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(withPage)('the page of $id', rule => {
  const page = readFileSync(pageOf(rule.id), 'utf8');
  const blocks = blocksOf(page);

  test('has the fixed headings, each with a text', () => {
    expect(headingsOf(page)).toEqual([...PAGE_HEADINGS]);
    const empty = page
      .split(/^## /m)
      .slice(1)
      .filter(section => section.split('\n').slice(1).join('').trim() === '');
    expect(empty).toEqual([]);
  });

  test('shows the hazard and its cure, and both are what they are called', () => {
    expect(blocks.map(block => block.kind)).toEqual(expect.arrayContaining(['racy', 'fixed']));
    for (const { kind, language, text } of blocks) {
      const findings = checkExtension([lowerText(text, language)], assumptionsIn(text)).filter(
        finding => finding.rule === rule.id,
      );
      const expected = expectedPlaces(text).filter(place => place.endsWith(` ${rule.id}`));
      expect(foundPlaces(text, findings), text).toEqual(expected);
      expect(expected.length > 0, text).toBe(kind === 'racy');
    }
  });
});

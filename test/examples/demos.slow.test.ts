import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUILDS, type Build, compileErrors, headersAtHand } from '../../scripts/headers.ts';
import { FAMILIES } from '../../server/src/rules/finding.ts';

const DEMOS = path.resolve(import.meta.dirname, '../../examples/demos');
const manifest = JSON.parse(readFileSync(path.join(DEMOS, 'manifest.json'), 'utf8')) as {
  readonly name: string;
  readonly family: string;
}[];
const names = manifest.map(demo => demo.name);

describe('the manifest', () => {
  test('names every module once, and each has a driver', () => {
    const files = readdirSync(DEMOS).filter(file => file.endsWith('.c'));
    expect(names.map(name => `${name}.c`).sort()).toEqual(files.sort());
    const drivers = readFileSync(path.join(DEMOS, 'drive.py'), 'utf8');
    expect(names.filter(name => !drivers.includes(`def ${name}(`))).toEqual([]);
  });

  test('has a demo for every family of hazards', () => {
    const shown = new Set(manifest.map(demo => demo.family));
    expect(FAMILIES.filter(family => !shown.has(family))).toEqual([]);
    expect([...shown].filter(family => !(FAMILIES as readonly string[]).includes(family))).toEqual([]);
  });
});

const headers = headersAtHand();

describe.skipIf(!headers)('compiles without a warning', () => {
  test.each(Object.keys(BUILDS) as Build[])('every module, %s build', build => {
    const files = names.map(name => path.join(DEMOS, `${name}.c`));
    expect(compileErrors(files, headers ?? '', build)).toBe('');
  });
});

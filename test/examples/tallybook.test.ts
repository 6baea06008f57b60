import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUILDS, type Build, compileErrors, headersAtHand } from '../../scripts/headers.ts';
import { FAMILIES } from '../../server/src/rules/finding.ts';

const EXAMPLES = path.resolve(import.meta.dirname, '../../examples');
const SOURCES = ['src/book.c', 'src/tallybook.c'];

interface Planted {
  readonly rule: string;
  readonly family: string;
  readonly file: string;
  readonly function: string | null;
  readonly line: string;
  readonly outcome: string;
}

const text = (...parts: string[]) => readFileSync(path.join(EXAMPLES, ...parts), 'utf8');
const planted = JSON.parse(text('tallybook/hazards.json')) as Planted[];

/** The lines of a function of the example's house style: its name stands alone at column 0, its end is `}` there. */
function bodyOf(source: string, name: string): string {
  const start = source.search(new RegExp(`^${name}\\(`, 'm'));
  return start < 0 ? '' : source.slice(start, source.indexOf('\n}\n', start));
}

describe('the list of planted hazards', () => {
  test.each(planted.map(hazard => [`${hazard.rule} in ${hazard.function ?? 'file'}`, hazard] as const))(
    '%s stands in the text',
    (_, hazard) => {
      const source = text('tallybook', hazard.file);
      const place = hazard.function ? bodyOf(source, hazard.function) : source;
      expect(place.split('\n').map(line => line.trim())).toContain(hazard.line);
    },
  );

  test('covers at least twelve hazards of six families, and every first rule', () => {
    const rules = new Set(planted.map(hazard => hazard.rule));
    const families = new Set(planted.map(hazard => hazard.family));
    expect(planted.length).toBeGreaterThanOrEqual(12);
    expect(families.size).toBeGreaterThanOrEqual(6);
    expect([...families].filter(family => !(FAMILIES as readonly string[]).includes(family))).toEqual([]);
    const first = `borrowed-list-item borrowed-dict-item borrowed-weakref-object object-field-rmw
      object-field-read-unlocked setref-field-unlocked lazy-init-field dict-next-unlocked sequence-fast-unlocked
      static-pyobject-cache static-lazy-import global-counter missing-mod-gil`.split(/\s+/);
    expect(first.filter(rule => !rules.has(rule))).toEqual([]);
  });

  test('each one has a stress driver', () => {
    const stress = text('stress.py');
    const rules = new Set(planted.map(hazard => hazard.rule));
    expect([...rules].filter(rule => !stress.includes(`def ${rule.replaceAll('-', '_')}(`))).toEqual([]);
  });

  test('the fixed twin has none of the planted lines that are wrong wherever they stand', () => {
    const fixed = SOURCES.map(file => text('tallybook-fixed', file)).join('\n');
    expect(fixed).not.toMatch(
      /\b(PyList_GetItem|PyDict_GetItemWithError|PyDict_SetDefault|PyWeakref_GetObject|gmtime)\(/,
    );
    expect(fixed).toContain('Py_MOD_GIL_NOT_USED');
  });
});

const headers = headersAtHand();

describe.skipIf(!headers)('compiles without a warning', () => {
  const cases = ['tallybook', 'tallybook-fixed'].flatMap(name =>
    (Object.keys(BUILDS) as Build[]).map(build => [name, build] as const),
  );
  test.each(cases)('%s, %s build', (name, build) => {
    const files = SOURCES.map(file => path.join(EXAMPLES, name, file));
    expect(compileErrors(files, headers ?? '', build)).toBe('');
  });
});

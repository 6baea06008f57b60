import { describe, expect, test } from 'vitest';
import { either, guessedBuild, holds, knownBuild } from '../../server/src/syntax/conditions.ts';
import { lens } from '../../server/src/syntax/lens.ts';

const build = knownBuild({ target: '3.14', cpp: false, freeThreaded: true });

describe('conditions', () => {
  test.each<[string, boolean | null]>([
    ['1', true],
    ['0', false],
    ['0x10 == 020', true],
    ['defined(Py_GIL_DISABLED)', true],
    ['defined Py_GIL_DISABLED && !Py_GIL_DISABLED', false],
    ['PY_VERSION_HEX >= 0x030D0000', true],
    ['PY_VERSION_HEX < 0x030D00A1 || FOO', null],
    ['PY_VERSION_HEX < 0x030D00A1 && FOO', false],
    ['FOO || 1', true],
    ['FOO', null],
    ['defined(FOO)', null],
    ['!defined(__cplusplus)', true],
    ['(PY_MAJOR_VERSION << 24 | PY_MINOR_VERSION << 16) > 0x030C0000', true],
    ['PY_MAJOR_VERSION == 3 ? PY_MINOR_VERSION >= 9 : 0', true],
    ['1 + 2 * 3 == 7 && 7 % 4 == 3 && -1 < 0 && ~0 == -1', true],
    ['1 / 0', null],
    ['__has_include(<stdatomic.h>)', null],
    ['1 &&', null],
    ['(1', null],
    ['', null],
    [`${'('.repeat(10_000)}1${')'.repeat(10_000)}`, null],
  ])('%s', (condition, expected) => expect(holds(condition, build)).toBe(expected));

  test('guesses are only asked where nothing is known', () => {
    const guess = either(build, guessedBuild);
    expect(holds('defined(MS_WINDOWS)', build)).toBeNull();
    expect(holds('defined(MS_WINDOWS)', guess)).toBe(false);
    expect(holds('defined(HAVE_FORK)', guess)).toBe(true);
    expect(holds('defined(Py_GIL_DISABLED)', guess)).toBe(true);
  });
});

/** What is left of a text, on one line. */
function left(text: string, target: '3.13' | '3.14' | '3.15' = '3.14'): string {
  return lens(text, { language: 'c', target }).text.replace(/\s+/g, ' ').trim();
}

describe('which branches stay', () => {
  test('between items all that are whole, when nothing is known', () => {
    expect(left('#ifdef A\nint f(void) { return 1; }\n#else\nint f(void) { return 2; }\n#endif\n')).toBe(
      'int f(void) { return 1; } int f(void) { return 2; }',
    );
  });

  test('in lists all entries', () => {
    expect(left('T t[] = {\n{1},\n#ifdef A\n{2},\n#else\n{3},\n#endif\n{0}};\n')).toBe(
      'T t[] = { {1}, {2}, {3}, {0}};',
    );
  });

  test('among statements one', () => {
    expect(left('void f(void) {\n#ifdef A\na();\n#else\nb();\n#endif\n}\n')).toBe('void f(void) { a(); }');
    expect(left('void f(void) {\n#ifdef MS_WINDOWS\na();\n#else\nb();\n#endif\n}\n')).toBe('void f(void) { b(); }');
  });

  test('the one that keeps brackets balanced', () => {
    expect(left('void f(void) {\n#ifdef A\nif (a) {\n#endif\nb();\n#ifdef A\n}\n#endif\n}\n')).toBe(
      'void f(void) { b(); }',
    );
    expect(left('void f(void)\n{\n#ifdef A\nif (a) {\n#else\nif (b) {\n#endif\nc();\n}\n}\n')).toBe(
      'void f(void) { if (a) { c(); } }',
    );
    expect(left('void f(void) {\n#ifdef A\nif (a) { b(); } else {\n#endif\nc();\n#ifdef A\n}\n#endif\n}\n')).toBe(
      'void f(void) { c(); }',
    );
  });

  test('never one that nobody can compile', () => {
    expect(left('T t[] = {\n{1,\n#if X\n2},\n#else\n#error no X\n#endif\n{0}};\n')).toBe('T t[] = { {1, 2}, {0}};');
  });

  test('the version that is aimed at', () => {
    const text = '#if PY_VERSION_HEX >= 0x030E0000\nint f(void);\n#else\nint g(void);\n#endif\n';
    expect(left(text, '3.13')).toBe('int g(void);');
    expect(left(text, '3.14')).toBe('int f(void);');
  });

  test('all of a header in which a brace is missing', () => {
    expect(left('#ifndef X_H\n#define X_H\nint f(void);\nstruct s {\n#endif\n')).toBe('int f(void); struct s {');
  });

  test('what was left out and what is conditional is told', () => {
    const { inactive, conditional } = lens(
      '#ifdef Py_GIL_DISABLED\nint f(void);\n#else\nint g(void);\n#endif\n#ifndef MS_WINDOWS\nint h(void);\n#else\nint k(void);\n#endif\n',
      { language: 'c' },
    );
    expect(inactive.map(({ condition }) => condition)).toEqual(['!defined(Py_GIL_DISABLED)']);
    expect(conditional.map(({ build }) => build)).toEqual([
      { text: 'defined(Py_GIL_DISABLED)', only: 'free-threaded' },
      { text: '!defined(MS_WINDOWS)' },
      { text: 'defined(MS_WINDOWS)' },
    ]);
  });
});

describe('macros that the text itself gives a value', () => {
  const cache = '#if USE_CACHE\nint cached(void);\n#else\nint plain(void);\n#endif\n';
  const byBuild = '#ifdef Py_GIL_DISABLED\n#define USE_CACHE 0\n#elif defined(X)\n#define USE_CACHE 2\n#endif\n';
  const byDefault = '#ifndef USE_CACHE\n#define USE_CACHE 1\n#endif\n';

  test.each<[string, string, string]>([
    ['known where the build surely passes', byBuild, 'int plain(void);'],
    ['known before it would be given a default', byBuild + byDefault, 'int plain(void);'],
    ['known through another macro', `#define NO_CACHE (1 - 1)\n#define USE_CACHE NO_CACHE\n`, 'int plain(void);'],
    ['known under what is known', `#define SMALL\n#ifdef SMALL\n#define USE_CACHE 0\n#endif\n`, 'int plain(void);'],
    ['unknown when others may set it', byDefault, 'int cached(void); int plain(void);'],
    [
      'unknown under unknown conditions',
      '#ifdef X\n#define USE_CACHE 0\n#endif\n',
      'int cached(void); int plain(void);',
    ],
    ['unknown with two values', '#define USE_CACHE 0\n#define USE_CACHE 1\n', 'int cached(void); int plain(void);'],
    ['unknown when taken back', '#define USE_CACHE 0\n#undef USE_CACHE\n', 'int cached(void); int plain(void);'],
    ['unknown when it is no number', '#define USE_CACHE "no"\n', 'int cached(void); int plain(void);'],
  ])('%s', (_, definitions, expected) => expect(left(definitions + cache)).toBe(expected));

  test('unknown when it was asked for before', () => {
    expect(left(`${cache}#define USE_CACHE 0\n`)).toBe('int cached(void); int plain(void);');
  });

  test('known from headers, when they agree', () => {
    const header = (text: string) => lens(`#ifndef H_H\n#define H_H\n${text}#endif\n`, { language: 'c' }).definitions;
    const leftWith = (...headers: string[]) =>
      lens(cache, { language: 'c', headerMacros: headers.map(header) })
        .text.replace(/\s+/g, ' ')
        .trim();
    expect(leftWith(byBuild)).toBe('int plain(void);');
    expect(leftWith(byBuild, '#define USE_CACHE 1\n')).toBe('int cached(void); int plain(void);');
    expect(leftWith(byBuild, byDefault)).toBe('int cached(void); int plain(void);');
  });
});

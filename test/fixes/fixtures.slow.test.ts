/**
 * Every fix that is offered for a racy fixture, proved: the edited text, read and analysed afresh, has lost the finding and
 * gained none; it compiles where the original did, for both builds; and the same fix is not offered for it again.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BUILDS, type Build, compileErrors, headersAtHand } from '../../scripts/headers.ts';
import { applyEdits } from '../../server/src/fixes/edits.ts';
import { loadCore } from '../../server/src/host/core.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import { RULES } from '../../server/src/rules/registry.ts';
import type { Fix } from '../../server/src/workspace/service.ts';
import { imbalances } from './balance.ts';
import { CORE_SETTINGS } from './settings.ts';

const ROOT = 'test/fixtures/rules';
const core = await loadCore();
const byDefault = new Set(RULES.filter(rule => rule.group === 'default').map(rule => rule.id));

const read = (file: string, text: string) =>
  core.read({ file, text, headers: [], settings: CORE_SETTINGS, before: null });
const about = (finding: Finding): string =>
  `${finding.rule} ${finding.site.function?.replace(/_lock_held$/, '') ?? ''} ${finding.subject}`;
const findingsOf = (file: string, text: string): Finding[] =>
  core.check([read(file, text)], CORE_SETTINGS).filter(one => byDefault.has(one.rule) && one.confidence !== 'possible');

interface Case {
  readonly name: string;
  readonly file: string;
  readonly text: string;
  readonly finding: Finding;
  readonly fix: Fix;
  readonly fixed: string;
}

function casesOf(folder: string): Case[] {
  const names = readdirSync(folder).filter(name => /^racy-.*\.(?:c|cpp)$/.test(name));
  return names.flatMap(name => {
    const file = `${folder}/${name}`;
    const text = readFileSync(file, 'utf8');
    const kept = read(file, text);
    return core.check([kept], CORE_SETTINGS).flatMap(finding => {
      const { offered, refused } = core.fixes([kept], finding, CORE_SETTINGS);
      expect(
        offered.length + refused.length,
        `${file}: ${finding.rule} has neither a fix nor a reason`,
      ).toBeGreaterThan(0);
      for (const one of refused) expect(one.reason, `${file}: ${one.title}`).toMatch(/^.{10,}\.$/);
      return offered.map((fix, index) => ({
        name: `${name}: ${finding.rule} in ${finding.site.function ?? 'file'}, ${index + 1}: ${fix.title}`,
        file,
        text,
        finding,
        fix,
        fixed: applyEdits(text, fix.edits[0]?.edits ?? []),
      }));
    });
  });
}

const cases = RULES.flatMap(rule => casesOf(`${ROOT}/${rule.family}/${rule.id}`));

test('most rules have a fix for at least one of their fixtures', () => {
  expect(new Set(cases.map(one => one.finding.rule)).size).toBeGreaterThanOrEqual(13);
});

/** What a fix may say outside of its function: a mutex beside a static, a type made atomic, an include, a guard, a slot. */
const DECLARES =
  /^\s*(?:(?:static )?PyMutex \w+;|\w+->\w+ = \(PyMutex\)\{0\};|_Atomic |std::atomic<|#include <(?:stdatomic\.h|atomic)>|#ifndef Py_BEGIN|\/\* Locks an object until[^*]*\*\/\s+class ObjectLock|#ifndef Py_GIL_DISABLED\n$|#endif$|#if PY_VERSION_HEX < 0x030[DE]0000|(?:#ifdef Py_mod_gil\s+)?\{Py_mod_gil,)/;

describe.each(cases)('$name', ({ file, text, finding, fix, fixed }) => {
  test('loses the finding and gains none', () => {
    const before = findingsOf(file, text).map(about);
    const after = findingsOf(file, fixed).map(about);
    const lost = [...before];
    for (const one of after) {
      expect(lost).toContain(one);
      lost.splice(lost.indexOf(one), 1);
    }
    if (finding.confidence !== 'possible' && byDefault.has(finding.rule)) expect(lost).toContain(about(finding));
  });

  test('keeps references balanced on every way out', () => {
    const wrong = (source: string): string[] =>
      read(file, source).unit.functions.flatMap(({ body }) =>
        [...(imbalances(body) ?? [])].map(one => `${body.name.replace(/_lock_held$/, '')}: ${one}`),
      );
    const before = wrong(text);
    expect(wrong(fixed).filter(one => !before.includes(one))).toEqual([]);
  });

  test('changes nothing outside of its function but declarations', () => {
    // The other ends of the races that it names are its functions too.
    const also = [...(/, and in (.*)$/.exec(fix.title)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(match => match[1]);
    const names = [finding.site.function, ...also];
    const everywhere = / \(\d+ functions\)$/.test(fix.title);
    const own = read(file, text).unit.functions.filter(one => everywhere || names.includes(one.body.qualifiedName));
    const inside = (start: number, end: number): boolean =>
      own.some(one => one.start <= start && end <= one.start + one.body.length);
    const elsewhere = (fix.edits[0]?.edits ?? []).filter(({ span }) => !inside(span.start, span.end));
    for (const { text: written } of elsewhere) expect(written).toMatch(DECLARES);
  });

  test('edits stand in order, and leave nothing to do again', () => {
    const edits = fix.edits[0]?.edits ?? [];
    let at = 0;
    for (const { span } of edits) {
      expect(span.start).toBeGreaterThanOrEqual(at);
      expect(span.end).toBeGreaterThanOrEqual(span.start);
      at = span.end;
    }
    expect(fixed).not.toBe(text);
    const again = core.fixes([read(file, fixed)], finding, CORE_SETTINGS);
    expect(again.offered.map(one => one.title)).not.toContain(fix.title);
  });
});

const headers = headersAtHand();

describe.skipIf(!headers)('the fixed fixtures compile where the originals did', () => {
  // Fixtures show a function without a whole module around it: tables that nobody uses are no fault of theirs.
  const flags = [
    '-Wno-unused-variable',
    '-Wno-unused-function',
    '-Wno-unused-parameter',
    '-Wno-missing-field-initializers',
    '-Wno-cast-function-type',
    '-Wno-deprecated-declarations',
  ];
  const folder = mkdtempSync(path.join(tmpdir(), 'gilproof-fixes-'));

  /** Names of the files that the compiler complains about. */
  const broken = (texts: readonly { readonly name: string; readonly text: string }[], build: Build): Set<string> => {
    for (const { name, text } of texts) writeFileSync(path.join(folder, name), text);
    const output = compileErrors(
      texts.map(({ name }) => path.join(folder, name)),
      headers ?? '',
      build,
      { flags },
    );
    return new Set(
      [...output.matchAll(/([\w.-]+\.(?:c|cpp)):\d+:\d+: (?:fatal )?error/g)].map(match => match[1] ?? ''),
    );
  };

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(Object.keys(BUILDS) as Build[])('%s build', { timeout: 900_000 }, build => {
    const all = cases.map((one, index) => ({ name: `${index}${path.extname(one.file)}`, one }));
    const fixed = broken(
      all.map(({ name, one }) => ({ name, text: one.fixed })),
      build,
    );
    const suspects = all.filter(({ name }) => fixed.has(name));
    expect(suspects.length, 'fixtures that do not compile prove nothing').toBeLessThan(all.length / 4);
    if (suspects.length === 0) return;
    const original = broken(
      suspects.map(({ name, one }) => ({ name, text: one.text })),
      build,
    );
    expect(suspects.filter(({ name }) => !original.has(name)).map(({ one }) => one.name)).toEqual([]);
  });
});

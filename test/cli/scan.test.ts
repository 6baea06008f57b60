import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { parseOptions } from '../../server/src/cli/command.ts';
import { runScan, scan } from '../../server/src/cli/scan.ts';
import type { Core } from '../../server/src/workspace/core.ts';
import { failing } from '../report/failing.ts';
import { fakeCore, memoryHost, PYTHON } from '../workspace/memory.ts';
import { testTerminal } from './terminal.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gilproof-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILES = {
  '/p/src/a.c': `${PYTHON}void f(void) {\n\tint x = HAZARD;\n}\n`,
  '/p/src/b.c': 'int x;\n',
  '/p/clean/c.c': `${PYTHON}void g(void) {\n}\n`,
};

async function scanned(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = FILES,
  change: Partial<Core> = {},
) {
  const terminal = testTerminal();
  const parsed = parseArgs({ args: [...argv], options: parseOptions(scan.options), allowPositionals: true });
  const host = memoryHost(files);
  const parts = { core: { ...fakeCore(), ...change }, host, pool: null, races: null, page: () => null };
  try {
    const code = await runScan(parsed, terminal, parts);
    return { code, out: terminal.written(), error: terminal.complained() };
  } catch (error) {
    return { code: 2, out: '', error: error instanceof Error ? error.message : '' };
  }
}

test('findings are printed as a compiler does, with the line and a marker, and what was not analysed', async () => {
  expect(await scanned(['src'])).toEqual({
    code: 1,
    error: '',
    out: [
      'src/a.c:3:10: error: Another thread may change HAZARD. [borrowed-list-item]',
      '    3 | \tint x = HAZARD;',
      '      | \t        ^~~~~~',
      '1 hazard found in 1 of 1 function in 1 file.',
      'Files not analysed: 1 without Python names.',
      '',
    ].join('\n'),
  });
});

test('exit codes tell nothing found, nothing analysed and a wrong command line apart', async () => {
  expect(await scanned(['clean'])).toMatchObject({ code: 0, out: 'No hazard found in 1 of 1 function in 1 file.\n' });
  expect(await scanned(['src/b.c'])).toMatchObject({ code: 3 });
  expect(await scanned([])).toMatchObject({ code: 2, error: 'Say which files or directories to scan.' });
  expect(await scanned(['none'])).toMatchObject({ code: 2, error: 'No such file or directory: none' });
  expect((await scanned(['src', '--select', 'globels'])).error).toContain("Did you mean 'globals'?");
  expect((await scanned(['src', '--format', 'xml'])).error).toContain(
    "--format must be one of text, json, sarif, github, not 'xml'.",
  );
});

test('--select and --ignore choose rules, over the settings of the project', async () => {
  expect(await scanned(['src', '--ignore', 'borrowed-refs'])).toMatchObject({ code: 0 });
  expect(await scanned(['src', '--select', 'globals,fine-point'])).toMatchObject({ code: 0 });
  const files = { ...FILES, '/p/gilproof.toml': 'ignore = ["default"]' };
  expect(await scanned(['src'], files)).toMatchObject({ code: 0 });
  expect(await scanned(['src', '--select', 'borrowed-list-item'], files)).toMatchObject({ code: 1 });
});

test('a file named on the command line is reported alone, with its project as context', async () => {
  const { out } = await scanned(['src/a.c', '-f', 'json']);
  const report = JSON.parse(out) as { files: { file: string }[]; version: number };
  expect(report.version).toBe(1);
  expect(report.files.map(entry => entry.file)).toEqual(['src/a.c']);
});

test('JSON says where and what, in lines and columns from one', async () => {
  const { findings } = JSON.parse((await scanned(['src', '-f', 'json'])).out) as { findings: object[] };
  expect(findings).toMatchObject([
    {
      rule: 'borrowed-list-item',
      level: 'error',
      file: 'src/a.c',
      region: { line: 3, column: 10, endLine: 3, endColumn: 16 },
      function: 'f',
      subject: 'HAZARD',
    },
  ]);
});

describe('--demonstrate', () => {
  const files = {
    '/p/a.c': `${PYTHON}void f(void) {\n  HAZARD; COUNTER;\n}\n`,
    '/p/b.c': `${PYTHON}void g(void) {\n  COUNTER;\n}\n`,
  };
  const core: Partial<Core> = {
    demonstrate: (_files, finding) => {
      if (finding.file === '/p/b.c') throw new Error('That went wrong.');
      return finding.rule === 'global-counter' ? failing('/p/a.c') : { ...failing(), status: 'not-demonstrated' };
    },
  };

  test('puts what fails first, and says how', async () => {
    const { out } = await scanned(['.', '--demonstrate'], files, core);
    expect(out).toBe(
      [
        'a.c:3:11: warning: Another thread may change COUNTER. [global-counter]',
        '    3 |   HAZARD; COUNTER;',
        '      |           ^~~~~~~',
        '      race: 2 threads, 4 steps, lost update (gilproof race a.c:3)',
        'a.c:3:3: error: Another thread may change HAZARD. [borrowed-list-item]',
        '    3 |   HAZARD; COUNTER;',
        '      |   ^~~~~~',
        'b.c:3:3: warning: Another thread may change COUNTER. [global-counter]',
        '    3 |   COUNTER;',
        '      |   ^~~~~~~',
        '3 hazards found in 2 of 2 functions in 2 files; a failing run was found for 1.',
        '',
      ].join('\n'),
    );
  });

  test('JSON has the steps, and why something was not shown', async () => {
    const { out } = await scanned(['.', '--demonstrate', '-f', 'json'], files, core);
    const { findings } = JSON.parse(out) as { findings: object[] };
    expect(findings).toMatchObject([
      {
        confidence: 'demonstrated',
        demonstration: {
          status: 'demonstrated',
          runs: [
            { model: 'free-threaded', schedule: '1 2 2 1' },
            { model: 'gil', verdict: { failing: 0 } },
          ],
          steps: [{ thread: 1, file: 'a.c', region: { line: 4 } }, { thread: 2 }, { thread: 2 }, { failure: {} }],
        },
      },
      { confidence: 'likely', demonstration: { status: 'not-demonstrated' } },
      { confidence: 'likely', demonstration: { status: 'not-modelled', reason: 'That went wrong.' } },
    ]);
  });

  test('--confidence demonstrated leaves the rest out', async () => {
    const { out, code } = await scanned(['.', '--confidence', 'demonstrated'], files, core);
    expect(code).toBe(1);
    expect(out).toContain('COUNTER');
    expect(out).not.toContain('borrowed-list-item');
    expect(out).toContain('1 hazard found in 2 of 2 functions in 2 files; a failing run was found for 1.');
  });
});

test('GitHub gets one annotation a finding, with its special characters escaped', async () => {
  const { out } = await scanned(['src', '-f', 'github']);
  expect(out).toContain(
    '::error file=src/a.c,line=3,endLine=3,col=10,endColumn=16,title=gilproof%3A borrowed-list-item::Another thread may change HAZARD.\n',
  );
});

test('--output writes the report to a file and the summary to the terminal', async () => {
  const file = path.join(folder, 'out.txt');
  const { out, error } = await scanned(['src', '--output', file]);
  expect(out).toBe('');
  expect(error).toContain('1 hazard found');
  expect(readFileSync(file, 'utf8')).toContain('src/a.c:3:10: error:');
});

test('a baseline hides what it knows, shows what is new and says what is stale', async () => {
  const file = path.join(folder, 'baseline.json');
  expect(await scanned(['/p/src', '--write-baseline', file])).toMatchObject({ code: 0 });
  const known = await scanned(['/p/src', '--baseline', file], { ...FILES, [file]: readFileSync(file, 'utf8') });
  expect(known).toMatchObject({ code: 0 });
  expect(known.out).toContain('1 finding suppressed.');
  const moved = {
    ...FILES,
    [file]: readFileSync(file, 'utf8'),
    '/p/src/a.c': `${PYTHON}\n\nvoid f(void) {\n  int x = HAZARD;\n  HAZARD;\n}\n`,
  };
  const fresh = await scanned(['/p/src', '--baseline', file], moved);
  expect(fresh.code).toBe(1);
  expect(fresh.out).toContain('a.c:6:3: error');
  expect(fresh.out).not.toContain('a.c:5:');
  const gone = await scanned(['/p/clean', '--baseline', file], { ...FILES, [file]: readFileSync(file, 'utf8') });
  expect(gone.out).toContain('Stale baseline entry: borrowed-list-item in f of ');
});

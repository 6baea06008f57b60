import { expect, test } from 'vitest';
import type { Context, Summary } from '../../server/src/report/model.ts';
import { summaryLines } from '../../server/src/report/summary.ts';
import { createTextFormatter } from '../../server/src/report/text.ts';
import { lines, PYTHON, RULES, world } from '../workspace/memory.ts';

const context: Context = { version: '0', rules: RULES, workingDirectory: '/p', relative: true, page: () => null };

async function printed(text: string, { colour = false, related = 0 } = {}): Promise<string> {
  const it = world({ '/p/a.c': text });
  const report = await it.workspace.diagnose('/p/a.c');
  expect(lines(report)).not.toEqual(['/p/a.c: nothing']);
  const other = { file: '/p/a.c', span: { start: 0, end: 8 }, message: 'it is changed here' };
  const findings = report.findings.map(finding => ({
    ...finding,
    related: Array.from({ length: related }, () => other),
  }));
  return createTextFormatter(context, colour).file({
    report: { ...report, findings },
    texts: new Map([['/p/a.c', text]]),
  });
}

test('a long line is cut around the marker, which stays under the text', async () => {
  const out = await printed(`${PYTHON}${'x = 1; '.repeat(100)}HAZARD;${' y;'.repeat(200)}\n`);
  const [, source = '', marker = ''] = out.split('\n');
  expect(source.length).toBeLessThan(180);
  expect(source.slice(marker.indexOf('^'), marker.length)).toBe('HAZARD');
});

test('a marker over several lines ends with the first', async () => {
  const out = await printed(`${PYTHON}\tHAZARD\n`);
  expect(out).toContain('    2 | \tHAZARD\n      | \t^~~~~~\n');
});

test('Windows line ends count once', async () => {
  expect(await printed(`${PYTHON.replace('\n', '\r\n')}\r\nHAZARD;\r\n`)).toContain('a.c:3:1: error:');
});

test('colour is used when asked for, and only then', async () => {
  expect(await printed(`${PYTHON}HAZARD;`)).not.toContain('\u001B');
  expect(await printed(`${PYTHON}HAZARD;`, { colour: true })).toContain('\u001B[1;31merror:\u001B[0m');
});

const NOTHING: Summary = {
  analysed: 3,
  functions: 10,
  functionsNotRead: 0,
  characters: 1000,
  charactersNotRead: 0,
  incomplete: [],
  findings: 0,
  demonstrated: 0,
  suppressed: 0,
  notices: 0,
  skipped: {},
  generators: {},
  failures: [],
  unknownMacros: [],
  stale: [],
  cancelled: false,
};

test('the summary says how much was looked at, and never more than that', () => {
  expect(summaryLines(NOTHING)).toEqual(['No hazard found in 10 of 10 functions in 3 files.']);
  expect(summaryLines({ ...NOTHING, findings: 2, demonstrated: 1 })).toEqual([
    '2 hazards found in 10 of 10 functions in 3 files; a failing run was found for 1.',
  ]);
  expect(summaryLines({ ...NOTHING, functionsNotRead: 2, charactersNotRead: 50, incomplete: ['/p/a.c'] })).toEqual([
    'No hazard found in 8 of 10 functions in 3 files.',
    'Could not be read: 2 functions, 5.00 % of the text, the rest of 1 file (time ran out).',
  ]);
  expect(summaryLines({ ...NOTHING, skipped: { generated: 3, binary: 1 }, generators: { Cython: 2 } })).toContain(
    'Files not analysed: 3 generated (2 by Cython), 1 not text.',
  );
  const macros = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map(name => ({ name, files: 1 }));
  expect(summaryLines({ ...NOTHING, unknownMacros: macros })).toContain(
    'Macros of unknown meaning: A, B, C, D, E and 2 more.',
  );
});

/** The command line as it ships, in processes of its own, on every Node that this machine has. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { inRoot, root } from '../../scripts/paths.ts';

const CLI = inRoot('dist', 'cli.cjs');
const EXAMPLE = path.join('examples', 'tallybook');
const folder = mkdtempSync(path.join(tmpdir(), 'gilproof-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** This one, and the one that is installed on the machine: people run the command line with theirs. */
const NODES = [process.execPath, '/usr/bin/node', '/usr/local/bin/node'].filter(node => existsSync(node));

function gilproof(args: readonly string[], node = process.execPath) {
  const run = spawnSync(node, [CLI, ...args], { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  return { code: run.status, out: run.stdout, error: run.stderr };
}

test.each(NODES)('%s scans the example and says what it found', node => {
  const { code, out, error } = gilproof(['scan', EXAMPLE], node);
  expect(error).toBe('');
  expect(code).toBe(1);
  expect(out).toMatch(/^examples\/tallybook\/src\/book\.c:\d+:\d+: error: .* \[borrowed-list-item\]$/m);
  expect(out).toMatch(/^\d+ hazards found in \d+ of \d+ functions in \d+ files\.$/m);
});

test('one thread and several give the same report', () => {
  const one = gilproof(['scan', EXAMPLE, '-f', 'json', '-j', '1']);
  const three = gilproof(['scan', EXAMPLE, '-f', 'json', '-j', '3']);
  expect(three.out).toBe(one.out);
});

test('SARIF declares every rule, with its page', () => {
  const file = path.join(folder, 'out.sarif');
  gilproof(['scan', EXAMPLE, '-f', 'sarif', '-o', file, '-q']);
  const log = JSON.parse(readFileSync(file, 'utf8')) as {
    runs: { tool: { driver: { rules: { help: { text: string } }[] } } }[];
  };
  const rules = log.runs[0]!.tool.driver.rules;
  expect(rules.length).toBeGreaterThan(12);
  expect(rules.some(rule => rule.help.text.includes('\n'))).toBe(true);
});

test('a page and a place are explained', () => {
  expect(gilproof(['explain', 'borrowed-list-item']).out).toMatch(/^# /);
  expect(gilproof(['explain', 'borowed-list-item'])).toMatchObject({
    code: 2,
    error: expect.stringContaining("Did you mean 'borrowed-list-item'?"),
  });
  const line =
    readFileSync(inRoot(EXAMPLE, 'src', 'book.c'), 'utf8')
      .split('\n')
      .findIndex(text => text.includes('self->total +=')) + 1;
  expect(gilproof(['explain', `${EXAMPLE}/src/book.c:${line}`]).out).toContain('races with:');
});

test('a race is played in all its steps, and written as a test of the real module', () => {
  const line =
    readFileSync(inRoot(EXAMPLE, 'src', 'book.c'), 'utf8')
      .split('\n')
      .findIndex(text => text.includes('PyList_GetItem(self->history, 0)')) + 1;
  const target = path.join(folder, 'test_race.py');
  const { code, out } = gilproof(['race', `${EXAMPLE}/src/book.c:${line}`, '--export', target]);
  expect(code).toBe(1);
  expect(out).toMatch(/FAILS \(use after free\)/);
  const schedule = /^Schedule\n(.*)$/m.exec(out)?.[1] ?? '';
  const again = gilproof(['race', `${EXAMPLE}/src/book.c:${line}`, '--schedule', schedule]);
  expect(again.out).toContain(`Schedule\n${schedule}\n`);
  expect(again.code).toBe(1);
  const text = readFileSync(target, 'utf8');
  expect(text).toContain('MODULE = "tallybook"\n');
  expect(text).toMatch(/How it fails, as the simulator found it:\n\n {4}T1 {2}PyList_GetItem/);
});

test('findings of which a failing run is found come first, whatever number of threads looks for them', () => {
  const file = path.join(EXAMPLE, 'src', 'book.c');
  const one = gilproof(['scan', file, '--demonstrate', '-f', 'json', '-j', '1']);
  const two = gilproof(['scan', file, '--demonstrate', '-f', 'json', '-j', '2']);
  expect(two.out).toBe(one.out);
  const { findings } = JSON.parse(one.out) as {
    findings: { confidence: string; demonstration: { steps: object[] } }[];
  };
  expect(findings[0]).toMatchObject({ confidence: 'demonstrated' });
  expect(findings[0]?.demonstration.steps.length).toBeGreaterThan(1);
});

test('a report that cannot be written is said, and nothing is left behind', () => {
  writeFileSync(path.join(folder, 'file'), '');
  const { code, error } = gilproof(['scan', EXAMPLE, '-o', path.join(folder, 'file', 'below.txt')]);
  expect(code).toBe(2);
  expect(error).toContain("Can't write");
});

test('a tree without Python sources ends with 3, a wrong command with 2', () => {
  expect(gilproof(['scan', 'docs']).code).toBe(3);
  expect(gilproof(['scna']).code).toBe(2);
});

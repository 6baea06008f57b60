import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { parseOptions } from '../../server/src/cli/command.ts';
import { race, runRace } from '../../server/src/cli/race.ts';
import type { DemonstrationRequest, FixedDemonstration } from '../../server/src/demonstrate/model.ts';
import { failing } from '../report/failing.ts';
import { fakeCore, memoryHost, PYTHON } from '../workspace/memory.ts';
import { testTerminal } from './terminal.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'gilproof-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FAILS = failing();

async function raced(argv: readonly string[], found: FixedDemonstration = FAILS) {
  const terminal = testTerminal();
  const parsed = parseArgs({ args: [...argv], options: parseOptions(race.options), allowPositionals: true });
  const host = memoryHost({ '/p/a.c': `${PYTHON}void f(void) {\n\tint x = HAZARD + COUNTER;\n}\n` });
  const asked: DemonstrationRequest[] = [];
  const core = {
    ...fakeCore(),
    demonstrate: (...[, , , request]: Parameters<ReturnType<typeof fakeCore>['demonstrate']>) => {
      asked.push(request);
      return found;
    },
    reproduce: (...[, finding, , schedule]: Parameters<ReturnType<typeof fakeCore>['reproduce']>) => ({
      name: 'test_race.py',
      text: [`# ${finding.rule}`, ...(schedule ?? []).map(line => `# ${line}`), ''].join('\n'),
      missing: ['the name of the module was not found'],
    }),
  };
  try {
    const code = await runRace(parsed, terminal, { core, host });
    return { code, out: terminal.written(), error: terminal.complained(), asked };
  } catch (error) {
    return { code: 2, out: '', error: error instanceof Error ? error.message : '', asked };
  }
}

test('plays the worst hazard of the line, and says what the fix does', async () => {
  const { code, out } = await raced(['a.c:3']);
  expect(code).toBe(1);
  const lines = out.trimEnd().split('\n');
  expect(lines.slice(0, 4)).toEqual([
    'a.c:3:10: error: Another thread may change HAZARD. [borrowed-list-item]',
    'Also in this line: global-counter (--rule global-counter)',
    '',
    'A counter in the object',
  ]);
  expect(lines.slice(-5)).toEqual([
    'Other models',
    '- with the GIL: 2 distinct interleavings explored; 0 fail (complete).',
    '',
    'The fix "Lock it" holds: no run fails, and all were explored.',
    '- free-threaded build: 2 distinct interleavings explored; 0 fail (complete).',
  ]);
  expect(out).toContain('Assumptions\n- Memory is sequentially consistent');
});

test('says why nothing was shown, by exit code too', async () => {
  const nothing = { ...FAILS, playback: null, fix: null, failure: null };
  const reason = 'It calls what could not be read.';
  expect(await raced(['a.c:3'], { ...nothing, status: 'not-modelled', reason })).toMatchObject({
    code: 3,
    out: expect.stringContaining('\nCould not be modelled. It calls what could not be read.\n') as string,
  });
  expect(await raced(['a.c:3'], { ...nothing, status: 'not-demonstrated', reason: '3 explored.' })).toMatchObject({
    code: 0,
    out: expect.stringContaining('\nCould not be demonstrated. 3 explored.\n') as string,
  });
});

test('model and schedule are passed on, and a rule picks another hazard of the line', async () => {
  const { asked, out } = await raced(['a.c:3', '--model', 'gil', '--schedule', '1 2', '--rule', 'global-counter']);
  expect(asked).toEqual([{ models: ['gil'], schedule: '1 2' }]);
  expect(out).toContain('[global-counter]');
});

test("a schedule that the program can't follow is refused", async () => {
  expect((await raced(['a.c:3', '--schedule', '1 3'])).error).toBe(
    `'1 3' is no schedule for 2 threads: write their numbers, as in "1 1 2".`,
  );
  expect((await raced(['a.c:3', '--schedule', '1 1'])).error).toBe("Step 2 of the schedule: T1 can't run there.");
});

test('json holds the finding and the demonstration', async () => {
  const { out } = await raced(['a.c:3', '--format', 'json']);
  expect(JSON.parse(out)).toMatchObject({
    version: 1,
    finding: { rule: 'borrowed-list-item', file: 'a.c', region: { line: 3, column: 10 } },
    demonstration: { status: 'demonstrated', playback: { id: 'lost-update' }, fix: { outcome: 'holds' } },
  });
});

test('--export writes a test whose comments tell the run, and says what has to be filled in', async () => {
  const target = path.join(folder, 'test_it.py');
  const { error } = await raced(['a.c:3', '--export', target]);
  expect(error).toBe('To fill in by hand: the name of the module was not found.\n');
  expect(existsSync(target) && readFileSync(target, 'utf8')).toBe(`# borrowed-list-item
# T1  self->n++  [counter.c:4]
# T2  self->n++  [counter.c:4]
# T1  self->n++  [counter.c:4]
#     lost update: two calls counted, but self->n grew by one
`);
});

test('--export - prints the test and nothing else', async () => {
  const { out, code } = await raced(['a.c:3', '--export', '-']);
  expect(code).toBe(1);
  expect(out).toMatch(/^# borrowed-list-item\n# T1/);
  expect(out).not.toContain('Assumptions');
});

test('a wrong command line is said', async () => {
  expect((await raced([])).error).toBe('Name one FILE:LINE.');
  expect((await raced(['a.c'])).error).toBe("'a.c' is no FILE:LINE.");
  expect((await raced(['a.c:9'])).error).toBe('a.c has 5 lines.');
  expect((await raced(['b.c:1'])).error).toBe("Can't read b.c.");
  expect((await raced(['a.c:2'])).error).toBe(
    'No hazard was found in a.c:2. The nearest is in line 3: borrowed-list-item.',
  );
  expect((await raced(['a.c:3', '--rule', 'nothing'])).error).toBe(
    "a.c:3 has no hazard of 'nothing', but of borrowed-list-item, global-counter.",
  );
});

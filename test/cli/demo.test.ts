import { expect, test } from 'vitest';
import { COMMANDS } from '../../server/src/cli/commands.ts';
import { run } from '../../server/src/cli/run.ts';
import { SCENARIOS } from '../../server/src/simulator/scenarios/index.ts';
import { testTerminal } from './terminal.ts';

async function demo(...argv: string[]) {
  const terminal = testTerminal();
  const code = await run(['demo', ...argv], COMMANDS, '1.2.3', terminal);
  return { code, out: terminal.written(), error: terminal.complained() };
}

test('lists every demo by topic', async () => {
  const { code, out } = await demo();
  expect(code).toBe(0);
  for (const { id, title } of SCENARIOS)
    expect(out).toMatch(new RegExp(`^  ${id} +${title.replace(/[()*+?.]/g, '\\$&')}$`, 'm'));
  expect(JSON.parse((await demo('--format', 'json')).out)).toHaveLength(SCENARIOS.length);
});

test('plays the shortest failing run as text', async () => {
  const { code, out } = await demo('lost-update');
  expect(code).toBe(0);
  expect(out).toBe(`A counter in the object

self->n++ is a load and a store. When both threads load before either stores, one of the two increments is lost. Under the GIL no other thread runs between the load and the store.

Lost update in 4 steps, 1 preemption: two calls counted, but self->n grew by one.
Model: free-threaded build
Verdict: 4 distinct interleavings explored; 2 fail (complete). With the fix: 2 explored, 0 fail (complete).

Threads
  T1 runs Counter_next(self)
  T2 runs Counter_next(self)

Steps
  1. T1  self->n++: reads self.n: 0  [counter.c:4]
   -- T2 preempts T1, which could have gone on --
  2. T2  self->n++: reads self.n: 0  [counter.c:4]
  3. T2  writes self.n = 1  [counter.c:4]
         self.n: 0 → 1
   -- T2 is done, T1 runs --
  4. T1  self->n++: writes self.n = 1  [counter.c:4]
     FAILS (lost update): two calls counted, but self->n grew by one

Order
Nothing orders step 1 and step 3.

Why
Lost update: two calls counted, but self->n grew by one. Nothing but the schedule orders step 1 (T1: reads self.n: 0) and step 3 (T2: writes self.n = 1). If step 3 came before step 1, the run passes (checked).

Schedule
1 2 2 1

Assumptions
- Memory is sequentially consistent: all threads see one order of all steps. What weaker orders could add is not explored.
`);
});

test('plays a model, the fixed program, and a schedule that was pasted back', async () => {
  expect((await demo('lost-update', '--model', 'gil')).out).toContain(
    'Verdict: 2 distinct interleavings explored; 0 fail',
  );
  expect((await demo('lost-update', '--fixed')).out).toContain('with the fix (One atomic operation)');
  const passing = await demo('lost-update', '--schedule', '1 1 2 2');
  expect(passing.out).toContain('This run passes; 2 of 4 executions fail.');
  expect(passing.out).toContain('Schedule\n1 1 2 2\n');
  expect(JSON.parse((await demo('lost-update', '--format', 'json')).out)).toMatchObject({
    id: 'lost-update',
    version: 1,
  });
});

test('says what is wrong with the command line', async () => {
  const complaint = async (...argv: string[]): Promise<string> => {
    const { code, error } = await demo(...argv);
    expect(code).toBe(2);
    return error.split('\n')[0]!;
  };
  expect(await complaint('lost-updates')).toContain("No demo is called 'lost-updates'. Did you mean 'lost-update'?");
  expect(await complaint('lost-update', '--model', 'naive-counts')).toContain('runs under free-threaded, gil.');
  expect(await complaint('lost-update', '--schedule', '1 3')).toContain('no schedule for 2 threads');
  expect(await complaint('abba-deadlock', '--schedule', '1 2 1')).toContain(
    "Step 3 of the schedule: T1 can't run there.",
  );
  expect(await complaint('processes', '--fixed')).toContain('has no fix to play');
  expect(await complaint('--model', 'gil')).toContain('--model needs the name of a demo');
});

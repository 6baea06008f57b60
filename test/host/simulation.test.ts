import { afterAll, expect, test } from 'vitest';
import { SimulationThread } from '../../server/src/host/simulation.ts';
import { ProgramBuilder } from '../../server/src/simulator/build/program.ts';
import { equal, OLD } from '../../server/src/simulator/machine/expression.ts';
import { simulate } from '../../server/src/simulator/play/run.ts';
import { lostUpdate } from '../../server/src/simulator/scenarios/lost-update.ts';
import { build } from '../../server/src/simulator/scenarios/scenario.ts';
import { lastzero, mpat } from '../simulator/explore/benchmarks.ts';

const thread = SimulationThread.start()!;
afterAll(() => thread.stop());

const program = build(lostUpdate, lostUpdate, 'free-threaded').p.build();

test('a thread of its own gives what the engine gives', async () => {
  expect(await thread.run({ program, model: 'free-threaded' })).toEqual(simulate(program, 'free-threaded').run);
});

test('somebody who no longer waits stops it in the middle, and the next task is done', async () => {
  const abort = new AbortController();
  const heard: number[] = [];
  const stopped = await thread.run({ program: mpat(7), model: 'free-threaded' }, abort.signal, ({ explored }) => {
    heard.push(explored);
    abort.abort();
  });
  expect(stopped.verdict.coverage).toBe('cancelled');
  expect(stopped.verdict.explored).toBeLessThan(645_120);
  expect(heard.length).toBeGreaterThan(0);
  expect((await thread.run({ program, model: 'free-threaded' })).verdict.explored).toBe(4);
});

test('a bound on time is a cap', async () => {
  const { verdict } = await thread.run({ program: lastzero(15), model: 'free-threaded', bounds: { milliseconds: 20 } });
  expect(verdict).toMatchObject({ coverage: 'capped', cap: '20 ms' });
});

test('a program that breaks the rules is refused with a reason', async () => {
  const p = new ProgramBuilder();
  const t = p.thread('');
  t.wait(p.global('x'), equal(OLD, t.local('r')));
  await expect(thread.run({ program: p.build(), model: 'gil' })).rejects.toThrow('reads a local');
});

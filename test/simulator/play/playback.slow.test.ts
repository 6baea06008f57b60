import { describe, expect, test } from 'vitest';
import { Machine } from '../../../server/src/simulator/machine/machine.ts';
import { record } from '../../../server/src/simulator/play/record.ts';
import { formatSchedule, parseSchedule } from '../../../server/src/simulator/play/schedule.ts';
import type { Run, SourceText } from '../../../server/src/simulator/playback.ts';
import { countingCosts } from '../../../server/src/simulator/scenarios/counting.ts';
import { SCENARIOS } from '../../../server/src/simulator/scenarios/index.ts';
import { build, play } from '../../../server/src/simulator/scenarios/scenario.ts';

describe('every playback is whole', () => {
  for (const scenario of SCENARIOS) {
    test(scenario.id, () => {
      const playback = play(scenario);
      const threads = playback.threads.map(thread => thread.id);
      const check = (run: Run, sources: readonly SourceText[]): void => {
        expect(run.steps.length).toBeGreaterThan(0);
        for (const [i, step] of run.steps.entries()) {
          expect(step.index).toBe(i);
          expect(threads).toContain(step.thread);
          expect(step.label).not.toMatch(/undefined|NaN|hidden/);
          expect(step.groupLabel).not.toBe('');
          if (step.at !== undefined) {
            const line = sources[step.at.source]!.lines[step.at.line]!;
            expect(line.slice(step.at.column, step.at.endColumn).trim()).not.toBe('');
          }
          const written = [...step.globals, ...step.objects.flatMap(object => object.cells)];
          for (const cell of written) if (cell.changed) expect(cell.writtenBy).toBe(i);
          for (const thread of step.threads) expect(thread.status === 'blocked').toBe(thread.blockedBy !== undefined);
        }
        for (const { from, to } of run.arrows) {
          expect(from).toBeLessThan(to);
          expect(run.steps[from]!.thread).not.toBe(run.steps[to]!.thread);
        }
        expect(run.schedule.split(' ')).toHaveLength(run.steps.length);
      };
      for (const run of playback.runs) check(run, playback.sources);
      for (const run of playback.fixed?.runs ?? []) check(run, playback.fixed!.sources);
    });
  }
});

describe('schedules', () => {
  test('a run replays from its own string, choices included', () => {
    for (const scenario of SCENARIOS) {
      const model = scenario.models[0]!;
      const [run] = play(scenario, { models: [model] }).runs;
      const machine = new Machine(build(scenario, scenario, model).p.build());
      const parsed = parseSchedule(run!.schedule, machine.threads)!;
      const again = record(machine, parsed.threads, parsed.choices, 'stop');
      expect(again.schedule, scenario.id).toEqual(parsed.threads);
      expect(formatSchedule(machine, parsed), scenario.id).toBe(run!.schedule);
    }
  });

  test.each([
    ['1 1 2', [0, 0, 1], [[], []]],
    ['T1, T2:b1,1:b0b2', [0, 1, 0], [[0, 2], [1]]],
  ])('%s is read', (text, threads, choices) => {
    expect(parseSchedule(text, 2)).toEqual({ threads, choices });
  });

  test.each(['', '3', '0', '1 x', '1:b', '1:2', 'b1', '-1', '1'.repeat(1000)])(
    '%s is no schedule of two threads',
    text => {
      expect(parseSchedule(text, 2)).toBeNull();
    },
  );
});

test('the cost model of counting', () => {
  const rows = countingCosts().map(row => [
    row.system,
    row.correct ? 'correct' : 'wrong',
    `atomic ${row.atomicOperations}, locks ${row.lockAcquisitions} (${row.contendedAcquisitions} contended), lines ${row.cacheLineTransfers}`,
  ]);
  expect(rows).toEqual([
    ['the GIL', 'correct', 'atomic 0, locks 2 (1 contended), lines 3'],
    ['no GIL, nothing else changed', 'wrong', 'atomic 0, locks 0 (0 contended), lines 6'],
    ['a lock around every count (1996)', 'correct', 'atomic 0, locks 8 (7 contended), lines 13'],
    ['atomic counts (Gilectomy)', 'correct', 'atomic 8, locks 0 (0 contended), lines 3'],
    ['biased counts (PEP 703)', 'correct', 'atomic 2, locks 0 (0 contended), lines 6'],
  ]);
});

import { describe, expect, test } from 'vitest';
import { FAMILIES } from '../../../server/src/rules/finding.ts';
import { SCENARIOS } from '../../../server/src/simulator/scenarios/index.ts';
import { play, verdictWords } from '../../../server/src/simulator/scenarios/scenario.ts';

const byModel = (runs: Parameters<typeof verdictWords>[0][]) =>
  Object.fromEntries(runs.map(run => [run.model, verdictWords(run)]));

describe('each demo gets its pinned verdict under each model', () => {
  for (const scenario of SCENARIOS) {
    test(scenario.id, () => {
      const playback = play(scenario);
      expect(byModel([...playback.runs])).toEqual(scenario.expected);
      expect(byModel([...(playback.fixed?.runs ?? [])])).toEqual(scenario.fixed?.expected ?? {});
      for (const run of playback.fixed?.runs ?? [])
        expect(run.verdict).toMatchObject({ coverage: 'complete', failing: 0 });
    });
  }
});

test('there is a demo for each family of hazards', () => {
  const topics = new Set<string>(SCENARIOS.map(scenario => scenario.topic));
  expect(FAMILIES.filter(family => !topics.has(family))).toEqual([]);
});

test('ids are unique', () => {
  const ids = SCENARIOS.map(scenario => scenario.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a failing run tells when it fails and why, and replays from its schedule', () => {
  for (const scenario of SCENARIOS) {
    for (const run of play(scenario, { models: [scenario.models[0]!] }).runs) {
      if (run.verdict.failing === 0) continue;
      expect(run.why, scenario.id).toBeDefined();
      expect(
        run.steps.filter(step => step.failure !== undefined),
        scenario.id,
      ).toHaveLength(1);
    }
  }
});

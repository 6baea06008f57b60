import { readFileSync } from 'node:fs';
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

describe('model and reality: what npm run real-python expects of the same program in C', () => {
  interface Module {
    readonly name: string;
    readonly family: string;
    readonly model: readonly string[];
    readonly withGil: boolean;
  }
  const manifest = new URL('../../../examples/demos/manifest.json', import.meta.url);
  const modules = JSON.parse(readFileSync(manifest, 'utf8')) as Module[];
  const fails = (verdict: string | undefined): boolean => verdict !== undefined && !verdict.startsWith('0 of');
  /** Where "with the GIL" means something else there than here. */
  const different = new Map([
    ['two-interpreters-static', 'runs there in two interpreters, which each have a GIL'],
    ['return-from-section', 'the free-threaded build with its GIL switched on still locks in sections'],
    ['abba-deadlock', 'calls Python code between the two locks here'],
  ]);

  const pairs = SCENARIOS.filter(({ counterpart }) => counterpart !== undefined).map(one => [one.id, one] as const);
  test.each(pairs)('%s', (id, scenario) => {
    const module = modules.find(({ name }) => name === scenario.counterpart)!;
    expect(module, scenario.counterpart).toBeDefined();
    const { 'free-threaded': free, gil } = scenario.expected;
    // That the GIL comes back is no failure of the program.
    const predicted = module.model.filter(kind => kind !== 'gil-reenabled');
    expect(fails(free)).toBe(predicted.length > 0);
    if (gil !== undefined && !different.has(id)) expect(fails(gil)).toBe(module.withGil);
  });

  test('every family of hazards has a demo with a real counterpart', () => {
    const real = new Set(
      SCENARIOS.flatMap(({ counterpart }) => modules.find(({ name }) => name === counterpart)?.family ?? []),
    );
    expect(FAMILIES.filter(family => !real.has(family))).toEqual([]);
  });
});

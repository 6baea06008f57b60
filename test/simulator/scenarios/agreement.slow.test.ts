import { expect, test } from 'vitest';
import { Explorer } from '../../../server/src/simulator/explore/dpor.ts';
import { Judge } from '../../../server/src/simulator/explore/judge.ts';
import type { ExecutionLog } from '../../../server/src/simulator/explore/log.ts';
import { enumerate, signature } from '../../../server/src/simulator/explore/naive.ts';
import { verify } from '../../../server/src/simulator/explore/verify.ts';
import { Machine } from '../../../server/src/simulator/machine/machine.ts';
import { SCENARIOS } from '../../../server/src/simulator/scenarios/index.ts';
import { build, type Scenario, type Variant } from '../../../server/src/simulator/scenarios/scenario.ts';

/** Programs with more are left to the random ones: the time goes into interleavings, not into ideas. */
const INTERLEAVINGS = 3000;

const programs = SCENARIOS.flatMap(scenario => {
  const under = (variant: Variant, models: Scenario['models'], name: string) =>
    models.map(model => [`${name} (${model})`, () => build(scenario, variant, model).p.build()] as const);
  const { fixed } = scenario;
  return [
    ...under(scenario, scenario.models, scenario.id),
    ...(fixed === undefined ? [] : under(fixed, fixed.models ?? [scenario.models[0]!], `${scenario.id}, fixed`)),
  ];
});

test.each(programs)('%s: no execution is redundant, and every interleaving agrees', (_, program) => {
  const machine = new Machine(program());
  const { redundant, choices } = verify(program());
  expect(redundant).toBe(0);
  for (const choice of choices) {
    const judge = new Judge(machine);
    judge.prepare(choice);
    const verdictOf = (log: ExecutionLog): string => `${signature(log)}: ${judge.judge(log)?.kind ?? 'passes'}`;
    const all = new Set<string>();
    let interleavings = 0;
    const { finished } = enumerate(machine, choice, log => {
      all.add(verdictOf(log));
      return ++interleavings < INTERLEAVINGS;
    });
    if (!finished) continue;
    const explored: string[] = [];
    const visit = { execution: (log: ExecutionLog) => explored.push(verdictOf(log)) > 0 };
    new Explorer(machine, visit, 1000).run(choice);
    expect(explored.sort()).toEqual([...all].sort());
  }
});

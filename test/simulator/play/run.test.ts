import { expect, test } from 'vitest';
import { ProgramBuilder } from '../../../server/src/simulator/build/program.ts';
import { cellValue, equal } from '../../../server/src/simulator/machine/expression.ts';
import { simulate } from '../../../server/src/simulator/play/run.ts';

function writers(): ProgramBuilder {
  const p = new ProgramBuilder();
  const x = p.global('x');
  for (const value of [1, 2]) p.thread('').store(x, value);
  p.finally(equal(cellValue(x), 2), 'lost-update', 'x is not 2');
  return p;
}

test('the failing run that is shown counts, also where the exploration was cut short before it', () => {
  const { verdict, steps } = simulate(writers().build(), 'free-threaded', { bounds: { executions: 1 } }).run;
  expect(verdict).toMatchObject({ coverage: 'capped', explored: 2, failing: 1, kinds: { 'lost-update': 1 } });
  expect(steps.at(-1)?.failure?.kind).toBe('lost-update');
});

test('of a schedule that ends in the midst of the run nothing is said but that', () => {
  const schedule = { threads: [0], choices: [] };
  const { headline, steps } = simulate(writers().build(), 'free-threaded', { schedule }).run;
  expect(headline).toBe('This run stops before its end; 1 of 2 executions fail.');
  expect(steps).toHaveLength(1);
});

test('a failing run is shown where the search for the shortest one was cut short', () => {
  const { verdict, steps } = simulate(writers().build(), 'free-threaded', { bounds: { states: 1 } }).run;
  expect(verdict).toMatchObject({ coverage: 'complete', explored: 2, failing: 1 });
  expect(steps.at(-1)?.failure?.kind).toBe('lost-update');
});

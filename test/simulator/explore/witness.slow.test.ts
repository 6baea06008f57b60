import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Judge } from '../../../server/src/simulator/explore/judge.ts';
import { DEFAULT_BOUNDS, verify } from '../../../server/src/simulator/explore/verify.ts';
import { findWitness } from '../../../server/src/simulator/explore/witness.ts';
import { Machine } from '../../../server/src/simulator/machine/machine.ts';
import type { Program } from '../../../server/src/simulator/machine/program.ts';
import { randomProgram, randomThreads } from './random.ts';

/** Preemptions and steps of the best failing run, by trying every interleaving. */
function bestByForce(program: Program, choices: readonly (readonly number[])[]): [number, number] | null {
  const machine = new Machine(program);
  const judge = new Judge(machine);
  machine.restart(choices);
  let best: [number, number] | null = null;
  const walk = (last: number, preemptions: number, steps: number): void => {
    if (best !== null && (preemptions > best[0] || (preemptions === best[0] && steps >= best[1]))) return;
    const enabled = program.threads.map((_, t) => t).filter(t => machine.enabled(t));
    if (judge.anyThreadFailed() || (enabled.length === 0 && judge.judge(null) !== null)) best = [preemptions, steps];
    else {
      for (const t of enabled) {
        const mark = machine.mark();
        machine.step(t);
        walk(t, preemptions + (t !== last && enabled.includes(last) ? 1 : 0), steps + 1);
        machine.rewind(mark);
      }
    }
  };
  walk(-1, 0, 0);
  return best;
}

function witness(program: Program): { best: [number, number] | null; failing: number } {
  const { verdict, choices } = verify(program);
  const machine = new Machine(program);
  let best: [number, number] | null = null;
  const found = findWitness(machine, new Judge(machine), choices, DEFAULT_BOUNDS).witness;
  if (found !== null) best = [found.preemptions, found.schedule.length];
  return { best, failing: verdict.failing };
}

test('the witness has the fewest preemptions, then the fewest steps, of all failing interleavings', () => {
  fc.assert(
    fc.property(randomThreads, threads => {
      const program = randomProgram(threads);
      const { choices } = verify(program);
      const expected = choices
        .map(choice => bestByForce(program, choice))
        .filter(best => best !== null)
        .sort(([a, b], [c, d]) => a - c || b - d)[0];
      const { best, failing } = witness(program);
      expect(best).toEqual(expected ?? null);
      expect(failing > 0).toBe(expected !== undefined);
    }),
    { numRuns: 150 },
  );
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Explorer } from '../../../server/src/simulator/explore/dpor.ts';
import { enumerate, signature } from '../../../server/src/simulator/explore/naive.ts';
import { Machine } from '../../../server/src/simulator/machine/machine.ts';
import { randomProgram, randomThreads } from './random.ts';

/** Signature and end state, which hold the failures too. */
function ends(run: (see: (end: string) => void, machine: Machine) => void, machine: Machine): string[] {
  const seen: string[] = [];
  run(end => seen.push(end), machine);
  return seen.sort();
}

test('the explorer runs each class of equivalent interleavings exactly once, with the same ends', () => {
  fc.assert(
    fc.property(randomThreads, threads => {
      const machine = new Machine(randomProgram(threads));
      let finished = false;
      const all = new Set(
        ends((see, m) => {
          const { finished: whole } = enumerate(m, [], log => {
            see(`${signature(log)} = ${m.state.join(' ')}`);
            return log.length < 100;
          });
          finished = whole;
        }, machine),
      );
      fc.pre(finished);
      let blocked = -1;
      const explored = ends((see, m) => {
        const visit = {
          execution: (log: Parameters<typeof signature>[0]) => {
            see(`${signature(log)} = ${m.state.join(' ')}`);
            return true;
          },
        };
        blocked = new Explorer(m, visit, 1000).run([]).blocked;
      }, machine);
      expect(explored).toEqual([...all].sort());
      expect(blocked).toBe(0);
    }),
    { numRuns: 200 },
  );
});

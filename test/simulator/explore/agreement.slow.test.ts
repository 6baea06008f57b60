import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Explorer } from '../../../server/src/simulator/explore/dpor.ts';
import type { ExecutionLog } from '../../../server/src/simulator/explore/log.ts';
import { enumerate, signature } from '../../../server/src/simulator/explore/naive.ts';
import { Machine } from '../../../server/src/simulator/machine/machine.ts';
import { manyThreads, randomProgram, randomThreads } from './random.ts';

/** Programs with more interleavings are left to others, for the time that a test may take. */
const INTERLEAVINGS = 5000;

test('the explorer runs each class of equivalent interleavings exactly once, with the same ends', () => {
  fc.assert(
    fc.property(fc.oneof(randomThreads, manyThreads), threads => {
      const machine = new Machine(randomProgram(threads));
      // The end state holds the failures too.
      const end = (log: ExecutionLog): string => `${signature(log)} = ${machine.state.join(' ')}`;
      const all = new Set<string>();
      let interleavings = 0;
      const { finished } = enumerate(machine, [], log => {
        all.add(end(log));
        return ++interleavings < INTERLEAVINGS;
      });
      fc.pre(finished);
      const explored: string[] = [];
      const visit = {
        execution: (log: ExecutionLog) => {
          explored.push(end(log));
          return true;
        },
      };
      const { blocked } = new Explorer(machine, visit, 1000).run([]);
      expect(explored.sort()).toEqual([...all].sort());
      expect(blocked).toBe(0);
    }),
    { numRuns: 250 },
  );
}, 120_000);

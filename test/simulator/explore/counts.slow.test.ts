import { describe, expect, test } from 'vitest';
import { Explorer } from '../../../server/src/simulator/explore/dpor.ts';
import { enumerate, signature } from '../../../server/src/simulator/explore/naive.ts';
import { Machine } from '../../../server/src/simulator/machine/machine.ts';
import { TABLE } from './table.ts';

describe('published numbers of inequivalent executions', () => {
  for (const { name, count, program } of TABLE.filter(row => row.count <= 5000)) {
    test(`${name} has ${count}`, () => {
      const signatures = new Set<string>();
      const machine = new Machine(program());
      const explorer = new Explorer(
        machine,
        {
          execution: log => {
            signatures.add(signature(log));
            return true;
          },
        },
        2000,
      );
      const { executions, blocked, finished } = explorer.run([]);
      expect({ executions, blocked, finished }).toEqual({ executions: count, blocked: 0, finished: true });
      expect(signatures.size).toBe(count);
    });
  }
});

describe('every interleaving gives the same number of inequivalent executions', () => {
  const small = new Set([
    'readers(2)',
    'lastzero(2)',
    'lastzero(3)',
    'ainc(3)',
    'binc(3)',
    'inc(3)',
    'wainc(3)',
    'cas(4)',
  ]);
  for (const name of ['casrot(5)', 'wcas(4)', 'casw(3)', 'wrw(2)', 'CoA(2)', 'fib_bench(1)', 'mpat(2)'])
    small.add(name);
  for (const name of ['POPL example', 'philosophers(3)', 'SB', 'MP', 'LB', '2+2W', 'IRIW']) small.add(name);
  for (const { name, count, program } of TABLE.filter(row => small.has(row.name))) {
    test(name, () => {
      const signatures = new Set<string>();
      enumerate(new Machine(program()), [], log => {
        signatures.add(signature(log));
        return true;
      });
      expect(signatures.size).toBe(count);
    });
  }
});

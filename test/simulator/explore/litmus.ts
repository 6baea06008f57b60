/** Litmus tests: a handful of loads and stores, each one step, in a thread each. */
import { ProgramBuilder } from '../../../server/src/simulator/build/program.ts';
import type { Program } from '../../../server/src/simulator/machine/program.ts';

/** Threads as words: `Wx` stores to `x`, `Rx` loads it. Each store writes a value of its own. */
export function litmus(...threads: readonly string[]): Program {
  const p = new ProgramBuilder();
  const cells = new Map<string, number>();
  let value = 0;
  for (const code of threads) {
    const t = p.thread('');
    for (const [access, name] of code.split(' ').map(word => [word[0], word.slice(1)] as const)) {
      const cell = cells.get(name) ?? p.global(name);
      cells.set(name, cell);
      if (access === 'W') t.store(cell, ++value);
      else t.load(t.temporary(), cell);
    }
  }
  return p.build();
}

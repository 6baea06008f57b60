/** Examples that papers walk through: what one thread reads decides on what it does, so that races come and go. */
import type { ThreadBuilder } from '../../../server/src/simulator/build/thread.ts';
import { equal, not } from '../../../server/src/simulator/machine/expression.ts';
import type { Program } from '../../../server/src/simulator/machine/program.ts';
import { program, read } from './benchmarks.ts';

export const poplExample = (): Program =>
  program(p => {
    const [x, y, z] = [p.global('x'), p.global('y'), p.global('z')];
    p.thread('p').store(x, 1);
    p.thread('q').store(y, 1);
    const r = p.thread('r');
    const a = r.local('a');
    r.load(a, y);
    r.when(not(a), () => r.store(z, 1));
    const s = p.thread('s');
    const b = s.local('b');
    s.load(b, z);
    s.when(equal(b, 1), () => {
      s.load(b, y);
      s.when(not(b), () => s.store(x, 2));
    });
  });

export const combinationLock = (): Program =>
  program(p => {
    const cell = (name: string): number => p.global(name);
    const [x, y, z, v, w, a, b, c, d] = [
      cell('x'),
      cell('y'),
      cell('z'),
      cell('v'),
      cell('w'),
      cell('a'),
      cell('b'),
      cell('c'),
      cell('d'),
    ];
    const ifSet = (t: ThreadBuilder, flag: number, body: () => void): void => {
      const r = t.local('r');
      t.load(r, flag);
      t.when(equal(r, 1), body);
    };
    p.thread('').store(z, 1);
    const t1 = p.thread('');
    t1.store(x, 1);
    t1.store(a, 1);
    ifSet(t1, y, () => {
      t1.store(w, 1);
      t1.store(b, 1);
    });
    const t2 = p.thread('');
    ifSet(t2, x, () => {
      t2.store(y, 1);
      t2.store(c, 1);
      ifSet(t2, v, () => read(t2, z));
    });
    const t3 = p.thread('');
    ifSet(t3, w, () => {
      t3.store(v, 1);
      t3.store(d, 1);
    });
  });

export const sleepingRaces6 = (): Program =>
  program(p => {
    const s = p.globals('s', 5);
    const [w, x, y, z] = [p.global('w'), p.global('x'), p.global('y'), p.global('z')];
    for (const [i, cell] of [w, x, y].entries()) {
      const t = p.thread('');
      t.store(s + i, 1);
      t.store(cell, 1);
    }
    const t3 = p.thread('');
    t3.store(s + 3, 1);
    read(t3, y);
    t3.store(s + 3, 1);
    t3.store(z, 1);
    const t4 = p.thread('');
    const nested = (cells: readonly number[]): void => {
      const [first, ...rest] = cells;
      t4.store(s + 4, 1);
      if (first === undefined) return read(t4, w);
      const r = t4.local('r');
      t4.load(r, first);
      t4.when(r, () => nested(rest));
    };
    nested([y, z, x]);
  });

/**
 * Programs from the literature with published numbers of inequivalent executions (POPL'14 and JACM'17 papers on optimal
 * partial-order reduction, the test suites of GenMC, Concuerror and dpu). Every shared access is one step; cells start at 0.
 */
import { ProgramBuilder } from '../../../server/src/simulator/build/program.ts';
import { element, type ThreadBuilder } from '../../../server/src/simulator/build/thread.ts';
import {
  add,
  differs,
  less,
  multiply,
  not,
  OLD,
  remainder,
  subtract,
} from '../../../server/src/simulator/machine/expression.ts';
import type { Program } from '../../../server/src/simulator/machine/program.ts';

type Write = (program: ProgramBuilder) => void;

export function program(write: Write): Program {
  const p = new ProgramBuilder();
  write(p);
  return p.build();
}

function threads(p: ProgramBuilder, count: number, write: (t: ThreadBuilder, index: number) => void): void {
  for (let i = 0; i < count; i++) write(p.thread(''), i);
}

/** `r = x` into a throw-away local. */
export function read(t: ThreadBuilder, cell: number): void {
  t.load(t.temporary(), cell);
}

function fetchAdd(t: ThreadBuilder, cell: number): void {
  t.update(cell, add(OLD, 1));
}

export const readers = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    p.thread('').store(x, 42);
    threads(p, n, t => read(t, x));
  });

export const lastzero = (n: number): Program =>
  program(p => {
    const a = p.globals('a', n + 1);
    const t0 = p.thread('');
    const i = t0.local('i');
    const value = t0.local('value');
    t0.set(i, n);
    t0.load(value, element(a, i));
    t0.loop(differs(value, 0), () => {
      t0.set(i, subtract(i, 1));
      t0.load(value, element(a, i));
    });
    threads(p, n, (t, j) => {
      const seen = t.local('seen');
      t.load(seen, a + j);
      t.store(a + j + 1, add(seen, 1));
    });
  });

export const indexer = (n: number): Program =>
  program(p => {
    const table = p.globals('table', 128);
    threads(p, n, (t, tid) => {
      const m = t.local('m');
      const w = t.local('w');
      const h = t.local('h');
      const ok = t.local('ok');
      t.loop(less(m, 4), () => {
        t.set(m, add(m, 1));
        t.set(w, add(multiply(m, 11), tid));
        t.set(h, remainder(multiply(w, 7), 128));
        t.set(ok, 0);
        t.loop(not(ok), () => {
          t.compareExchange(element(table, h), 0, w, { ok });
          t.when(not(ok), () => t.set(h, remainder(add(h, 1), 128)));
        });
      });
    });
  });

export const filesystem = (n: number): Program =>
  program(p => {
    const blocks = 26;
    const inodes = 32;
    const li = p.globals('li', inodes);
    const lb = p.globals('lb', blocks);
    const inode = p.globals('inode', inodes);
    const busy = p.globals('busy', blocks);
    threads(p, n, (t, tid) => {
      const i = tid % inodes;
      const value = t.local('value');
      const b = t.local('b');
      const found = t.local('found');
      t.lock(li + i);
      t.load(value, inode + i);
      t.when(not(value), () => {
        t.set(b, (i * 2) % blocks);
        t.loop(not(found), () => {
          t.lock(element(lb, b));
          t.load(value, element(busy, b));
          t.when(not(value), () => {
            t.store(element(busy, b), 1);
            t.store(inode + i, add(b, 1));
            t.set(found, 1);
          });
          t.unlock(element(lb, b));
          t.set(b, remainder(add(b, 1), blocks));
        });
      });
      t.unlock(li + i);
    });
  });

export const ainc = (n: number, cells = 1): Program =>
  program(p => {
    const x = p.globals('x', cells);
    threads(p, n, t => {
      for (let c = 0; c < cells; c++) fetchAdd(t, x + c);
    });
  });

export const inc = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    threads(p, n, t => {
      const r = t.local('r');
      t.load(r, x);
      t.store(x, add(r, 1));
    });
  });

export const lockinc = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    const m = p.global('m');
    threads(p, n, t => {
      const r = t.local('r');
      t.lock(m);
      t.load(r, x);
      t.store(x, add(r, 1));
      t.unlock(m);
    });
  });

export const nWriters = (writers: number): Program =>
  program(p => {
    const x = p.global('x');
    read(p.thread(''), x);
    threads(p, writers, (t, i) => t.store(x, i + 1));
  });

export const wainc = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    p.thread('').store(x, 42);
    threads(p, n, t => fetchAdd(t, x));
  });

export const cas = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    threads(p, n, (t, i) => t.compareExchange(x, 0, i + 1));
  });

export const casrot = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    threads(p, n, (t, i) => t.compareExchange(x, i, i + 1));
  });

export const wcas = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    p.thread('').store(x, 2);
    threads(p, n, t => t.compareExchange(x, 2, 3));
  });

export const casw = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    threads(p, n, (t, i) => {
      t.compareExchange(x, 0, 1);
      t.store(x, i + 3);
    });
  });

export const wrw = (n: number): Program =>
  program(p => {
    const x = p.global('x');
    p.thread('').store(x, 1);
    threads(p, n, (t, i) => {
      read(t, x);
      t.store(x, i + 1);
    });
  });

export const coA = (n: number): Program =>
  program(p => {
    const [x, y, z] = [p.global('x'), p.global('y'), p.global('z')];
    const first = p.thread('');
    first.store(x, 1);
    read(first, y);
    read(first, x);
    const second = p.thread('');
    second.store(x, 2);
    read(second, z);
    read(second, x);
    threads(p, n - 1, (t, i) => {
      t.store(y, i + 1);
      t.store(z, i + 1);
    });
  });

export const big0 = (): Program =>
  program(p => {
    const [x, y, z, w] = [p.global('x'), p.global('y'), p.global('z'), p.global('w')];
    const first = p.thread('');
    for (const cell of [x, y, z, w, x, y, z]) read(first, cell);
    const second = p.thread('');
    for (const cell of [x, y, z]) read(second, cell);
    for (const [a, b] of [
      [x, y],
      [z, w],
    ] as const) {
      const t = p.thread('');
      for (const value of [1, 2, 3]) {
        t.store(a, value);
        t.store(b, value);
      }
    }
  });

export const fibBench = (n: number): Program =>
  program(p => {
    const [x, y] = [p.global('x', 1), p.global('y', 1)];
    for (const target of [x, y]) {
      const t = p.thread('');
      const a = t.local('a');
      const b = t.local('b');
      for (let i = 0; i < n; i++) {
        t.load(a, x);
        t.load(b, y);
        t.store(target, add(a, b));
      }
    }
    const t = p.thread('');
    const r = t.local('r');
    t.load(r, x);
    t.when(less(r, 145), () => t.load(r, y));
  });

export const mpat = (k: number): Program =>
  program(p => {
    const a = p.globals('a', k);
    const m = p.global('m');
    threads(p, k, (t, i) => {
      t.lock(a + i);
      t.unlock(a + i);
    });
    threads(p, k, (t, i) => {
      t.lock(m);
      t.lock(a + i);
      t.unlock(a + i);
      t.unlock(m);
    });
  });

export const philosophers = (n: number): Program =>
  program(p => {
    const fork = p.globals('fork', n);
    threads(p, n, (t, i) => {
      t.lock(fork + i);
      t.lock(fork + ((i + 1) % n));
      t.unlock(fork + ((i + 1) % n));
      t.unlock(fork + i);
    });
  });

import { describe, expect, test } from 'vitest';
import { ProgramBuilder } from '../../../server/src/simulator/build/program.ts';
import { field, type ThreadBuilder } from '../../../server/src/simulator/build/thread.ts';
import { add, equal, less, OLD, remainder } from '../../../server/src/simulator/machine/expression.ts';
import { FAILURE_KINDS } from '../../../server/src/simulator/machine/failures.ts';
import { Machine } from '../../../server/src/simulator/machine/machine.ts';

/** Runs the threads one after the other; gives each one's failure. */
function run(write: (p: ProgramBuilder) => void): { machine: Machine; failures: (string | null | undefined)[] } {
  const p = new ProgramBuilder();
  write(p);
  const machine = new Machine(p.build());
  for (let t = 0; t < machine.threads; t++) while (machine.enabled(t)) machine.step(t);
  return { machine, failures: machine.program.threads.map((_, t) => FAILURE_KINDS[machine.failure(t)]) };
}

describe('what an access can do wrong', () => {
  const failing = (write: (p: ProgramBuilder, t: ThreadBuilder, object: number) => void) =>
    run(p => {
      const object = p.object({ name: 'o', type: 'object', python: true, fields: [{ name: 'x' }] });
      write(p, p.thread(''), object);
    }).failures[0];

  test.each<[string | null, (p: ProgramBuilder, t: ThreadBuilder, object: number) => void]>([
    [null, (_, t, o) => t.store(field(o, 1), 5)],
    ['null-dereference', (_, t) => t.store(field(0, 1), 5)],
    ['out-of-bounds', (_, t, o) => t.store(field(o, 2), 5)],
    ['out-of-bounds', (_, t, o) => t.store(field(o, -1), 5)],
    ['out-of-bounds', (_, t, o) => t.store(field(o, 1_000_000), 5)],
    [
      'use-after-free',
      (_, t, o) => {
        t.free(o);
        t.load(t.local('x'), field(o, 1));
      },
    ],
    [
      null,
      (_, t, o) => {
        t.free(o);
        t.load(t.local('x'), field(o, 1), { stale: true });
      },
    ],
    [
      'double-free',
      (_, t, o) => {
        t.free(o);
        t.free(o);
      },
    ],
    ['null-dereference', (_, t) => t.free(0)],
    [
      'detached-access',
      (_, t, o) => {
        t.setAttached(false);
        t.load(t.local('x'), field(o, 1));
      },
    ],
    ['unlock-not-held', (p, t) => t.unlock(p.global('m'))],
    ['torn-read', (_, t) => t.check(0, 'torn-read', 'wrong')],
  ])('%s', (kind, write) => {
    expect(failing(write)).toBe(kind);
  });

  test('what a thread did before it failed stays, and it does nothing more', () => {
    const { machine } = run(p => {
      const cell = p.global('cell');
      const t = p.thread('');
      t.store(cell, 1);
      t.unlock(p.global('m'));
      t.store(cell, 2);
      p.finally(equal({ cell }, 1), 'lost-update', '');
    });
    expect(machine.compileFinal(machine.program.checks[0]!.holds)(0)).toBe(1);
  });
});

test('local instructions belong to the event before them', () => {
  const p = new ProgramBuilder();
  const cell = p.global('cell');
  const t = p.thread('');
  const [i, sum] = [t.local('i'), t.local('sum')];
  t.loop(less(i, 10), () => {
    t.set(i, add(i, 1));
    t.when(equal(remainder(i, 2), 0), () => t.set(sum, add(sum, i)));
  });
  t.store(cell, sum);
  t.set(i, 77);
  const machine = new Machine(p.build());
  expect(machine.local(0, 1)).toBe(30);
  machine.step(0);
  expect([machine.state[cell], machine.local(0, 0), machine.done(0)]).toEqual([30, 77, true]);
});

test('an atomic block is one event, touches each cell once, and waits as a whole', () => {
  const p = new ProgramBuilder();
  const [m, x] = [p.global('m'), p.global('x')];
  const t = p.thread('');
  const seen = t.local('seen');
  t.atomic(() => {
    t.lock(m);
    t.load(seen, x);
    t.store(x, add(seen, 1));
  });
  const other = p.thread('');
  other.lock(m);
  other.unlock(m);
  const machine = new Machine(p.build());
  machine.step(1);
  expect(machine.enabled(0)).toBe(false);
  machine.step(1);
  expect(machine.enabled(0)).toBe(true);
  machine.step(0);
  expect([machine.state[x], machine.accessCount, machine.done(0)]).toEqual([1, 2, true]);
});

test('events are taken back in any number', () => {
  const p = new ProgramBuilder();
  const x = p.global('x');
  const t = p.thread('');
  for (let i = 0; i < 2000; i++) t.update(x, add(OLD, 1));
  const machine = new Machine(p.build());
  const before = machine.state.slice();
  const marks: number[] = [];
  while (machine.enabled(0)) {
    marks.push(machine.mark());
    machine.step(0);
  }
  expect(machine.state[x]).toBe(2000);
  machine.rewind(marks[500]!);
  expect(machine.state[x]).toBe(500);
  machine.rewind(marks[0]!);
  expect(machine.state).toEqual(before);
});

test('a program that breaks the rules of the language is refused', () => {
  const p = new ProgramBuilder();
  const t = p.thread('');
  t.wait(p.global('x'), equal(OLD, t.local('r')));
  expect(() => new Machine(p.build())).toThrow('reads a local');
  const q = new ProgramBuilder();
  const u = q.thread('');
  u.atomic(() => {
    u.store(q.global('x'), 1);
    u.lock(q.global('m'));
  });
  expect(() => new Machine(q.build())).toThrow('only the first access');
});

import { describe, expect, test } from 'vitest';
import { ProgramBuilder } from '../../../server/src/simulator/build/program.ts';
import { verify } from '../../../server/src/simulator/explore/verify.ts';
import { add, cellValue, equal, OLD } from '../../../server/src/simulator/machine/expression.ts';
import type { Program } from '../../../server/src/simulator/machine/program.ts';
import { fibBench, inc } from './benchmarks.ts';

function program(write: (p: ProgramBuilder) => void): Program {
  const p = new ProgramBuilder();
  write(p);
  return p.build();
}

describe('bounds', () => {
  test('a bound on executions gives a capped verdict that says so', () => {
    const { verdict } = verify(inc(3), { bounds: { executions: 10 } });
    expect(verdict).toEqual({ coverage: 'capped', explored: 10, failing: 0, kinds: {}, cap: '10 executions' });
  });

  test('exactly as many executions as the bound is complete', () => {
    expect(verify(inc(3), { bounds: { executions: 36 } }).verdict).toMatchObject({
      coverage: 'complete',
      explored: 36,
    });
  });

  test('executions that are too long are cut, and nothing is said about their ends', () => {
    const spin = program(p => {
      const flag = p.global('flag');
      const t = p.thread('');
      const seen = t.local('seen');
      t.load(seen, flag);
      t.loop(equal(seen, 0), () => t.load(seen, flag));
      p.finally(0, 'lost-update', 'never reached');
    });
    const { verdict } = verify(spin, { bounds: { steps: 20 } });
    expect(verdict).toMatchObject({ coverage: 'capped', failing: 0, cap: 'executions of more than 20 steps were cut' });
  });

  test('a loop that touches nothing shared is no answer', () => {
    const { verdict } = verify(
      program(p => {
        const t = p.thread('');
        t.store(p.global('x'), 1);
        t.loop(1, () => t.set(t.temporary(), 1));
      }),
    );
    expect(verdict).toMatchObject({ coverage: 'capped', cap: 'a loop that touches nothing shared did not end' });
  });

  test('more threads than a bound allows are not explored', () => {
    const { verdict } = verify(inc(3), { bounds: { threads: 2 } });
    expect(verdict).toEqual({ coverage: 'capped', explored: 0, failing: 0, kinds: {}, cap: 'more than 2 threads' });
  });

  test('too many waiting orders are a cap', () => {
    const { verdict } = verify(fibBench(3), { bounds: { branches: 20 } });
    expect(verdict).toMatchObject({ coverage: 'capped', cap: '20 orders waiting to be tried' });
    expect(verdict.explored).toBeLessThan(1698);
  });

  test('somebody stops it, and hears how far it is', () => {
    const seen: number[] = [];
    const watch = { stop: () => seen.length >= 3, progress: (explored: number) => void seen.push(explored) };
    const { verdict } = verify(fibBench(4), { watch });
    expect(verdict.coverage).toBe('cancelled');
    expect(seen).toHaveLength(3);
    expect(verdict.explored).toBeLessThan(19_605);
  });
});

describe('choices', () => {
  test('each way to resolve them is explored, and executions that do not come to one are counted once', () => {
    const { verdict, choices } = verify(
      program(p => {
        const [go, x] = [p.global('go'), p.global('x')];
        p.thread('').store(go, 1);
        const t = p.thread('');
        const [seen, choice] = [t.local('seen'), t.local('choice')];
        t.load(seen, go);
        t.when(seen, () => {
          t.choose(choice, 3, 'which?');
          t.store(x, choice);
        });
        p.finally(equal(cellValue(x), 0), 'lost-update', 'x');
      }),
    );
    // go seen: three choices, two of them fail; not seen: one execution.
    expect(verdict).toMatchObject({ coverage: 'complete', explored: 4, failing: 2 });
    expect(choices).toHaveLength(3);
  });

  test('too many are capped', () => {
    const many = program(p => {
      const t = p.thread('');
      const c = t.local('c');
      for (let i = 0; i < 5; i++) {
        t.choose(c, 2, '?');
        t.store(p.global('x'), c);
      }
    });
    expect(verify(many).verdict).toMatchObject({ coverage: 'complete', explored: 32 });
    expect(verify(many, { bounds: { choices: 8 } }).verdict).toMatchObject({ coverage: 'capped', explored: 8 });
  });
});

describe('data races', () => {
  const racing = (kind: 'plain' | 'relaxed' | 'locked' | 'published' | 'published late') =>
    verify(
      program(p => {
        const [x, flag, m] = [p.global('x'), p.global('flag'), p.global('m')];
        const order = kind === 'relaxed' ? ({ order: 'relaxed' } as const) : {};
        const writer = p.thread('');
        const reader = p.thread('');
        const seen = reader.local('seen');
        if (kind === 'locked') for (const t of [writer, reader]) t.lock(m);
        if (kind === 'published late') writer.store(flag, 1, { order: 'sync' });
        writer.store(x, 1, order);
        if (kind === 'published') writer.store(flag, 1, { order: 'sync' });
        if (kind.startsWith('published')) reader.load(seen, flag, { order: 'sync' });
        reader.when(kind.startsWith('published') ? seen : 1, () => reader.load(reader.local('x'), x, order));
        if (kind === 'locked') for (const t of [writer, reader]) t.unlock(m);
      }),
      { dataRaces: true },
    ).dataRaces.length;

  test('plain accesses that nothing orders are reported although no execution fails', () => {
    expect(racing('plain')).toBe(1);
    expect(racing('published late')).toBe(1);
  });

  test('atomic accesses, a lock, and release to acquire order them', () => {
    expect([racing('relaxed'), racing('locked'), racing('published')]).toEqual([0, 0, 0]);
  });
});

describe('ends', () => {
  test('an outcome that no order of whole threads explains', () => {
    const { verdict } = verify(
      program(p => {
        const [x, y] = [p.global('x'), p.global('y')];
        for (const [read, write] of [
          [x, y],
          [y, x],
        ] as const) {
          const t = p.thread('');
          const seen = t.local('seen');
          t.load(seen, read);
          t.store(write, add(seen, 1));
          p.serialisable(`r${t.index}`, { thread: t.index, local: 0 });
        }
      }),
    );
    expect(verdict).toMatchObject({ explored: 3, failing: 1, kinds: { 'not-serialisable': 1 } });
  });

  test('counts that do not match the references that exist', () => {
    const ending = (refs: number, holders: number, freed = false) =>
      verify(
        program(p => {
          const o = p.object({
            name: 'o',
            type: 'object',
            fields: [{ name: 'refs', initial: refs }],
            count: base => cellValue(base + 1),
          });
          for (let i = 0; i < holders; i++) p.global(`v${i}`, o, { owns: true });
          if (freed) p.thread('').free(o);
        }),
      ).verdict.kinds;
    expect(ending(2, 2)).toEqual({});
    expect(ending(2, 1)).toEqual({ leak: 1 });
    expect(ending(1, 2)).toEqual({ 'lost-update': 1 });
    expect(ending(0, 0, true)).toEqual({});
    expect(ending(1, 1, true)).toEqual({ 'use-after-free': 1 });
  });

  test('a failure does not hide what other threads do: they run on, and the execution counts once', () => {
    const { verdict } = verify(
      program(p => {
        const [m, x] = [p.global('m'), p.global('x')];
        p.thread('').unlock(m);
        for (let i = 0; i < 2; i++) p.thread('').update(x, add(OLD, 1));
      }),
    );
    expect(verdict).toMatchObject({ explored: 2, failing: 2, kinds: { 'unlock-not-held': 2 } });
  });
});

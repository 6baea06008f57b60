import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { field, type ThreadBuilder } from '../../../server/src/simulator/build/thread.ts';
import { add, differs, multiply, OLD } from '../../../server/src/simulator/machine/expression.ts';
import { drainQueue, makeQueues, tryIncref } from '../../../server/src/simulator/python/biased.ts';
import { decref, incref } from '../../../server/src/simulator/python/counts.ts';
import { dropGil, gilSafePoint, makeGil, takeGil } from '../../../server/src/simulator/python/gil-protocol.ts';
import { lockParking, makeParkingMutex, unlockParking } from '../../../server/src/simulator/python/parking.ts';
import { HEADER, MAYBE_WEAKREF, Python } from '../../../server/src/simulator/python/python.ts';
import { criticalSection } from '../../../server/src/simulator/python/sections.ts';
import * as world from '../../../server/src/simulator/python/world.ts';
import * as worldProtocol from '../../../server/src/simulator/python/world-protocol.ts';
import { cell, FORMS, type Form, observing, outcomes } from './outcomes.ts';

describe('reference counts', () => {
  /** Each thread starts with its own references and ends with none; `borrows` takes one that nobody gave it. */
  function counting(form: Form, threads: readonly (readonly ('+' | '-')[])[], borrows: boolean): string[] {
    const py = new Python('free-threaded', form);
    if (form === 'long') makeQueues(py, 1, 2);
    const own = threads.map((ops, i) =>
      borrows && i > 0 ? 0 : ops.filter(op => op === '-').length - ops.filter(op => op === '+').length,
    );
    const refs = own.reduce((sum, n) => sum + n, 0);
    const o = py.object('o', form === 'long' ? { refs: own[0]!, shared: (refs - own[0]!) * 4 } : { refs });
    for (const [i, ops] of threads.entries()) {
      const t = py.thread('');
      for (const op of ops) (op === '+' ? incref : decref)(py, t, o);
      if (i === 0 && form === 'long') drainQueue(py, t, (u, object) => u.free(object), true);
    }
    return outcomes(py, [cell('alive', o)]);
  }
  const steps = fc.constantFrom<readonly ('+' | '-')[]>(['-'], ['+', '-', '-'], ['-', '-'], ['-', '+', '-', '-']);

  test('biased counts free the object exactly once, whoever counts and in whatever order, as one atomic count does', () => {
    fc.assert(
      fc.property(steps, steps, (a, b) => {
        fc.pre(a.length + b.length <= 6);
        expect(counting('long', [a, b], false)).toEqual(counting('short', [a, b], false));
        expect(counting('long', [a, b], false)).toEqual(['alive 0']);
      }),
      { numRuns: 12 },
    );
  });

  test('a borrowed reference can fail under both', () => {
    for (const form of FORMS) expect(counting(form, [['-'], ['+', '-']], true)).toContain('fails');
  });

  test('a try to take a reference succeeds or fails, and never brings an object back', () => {
    const trying = (form: Form): string[] => {
      const py = new Python('free-threaded', form);
      if (form === 'long') makeQueues(py, 1);
      const o = py.object('o', { refs: 1, ...(form === 'long' ? { shared: MAYBE_WEAKREF } : {}) });
      const got = observing(py, 'got it');
      const owner = py.thread('');
      decref(py, owner, o);
      if (form === 'long') drainQueue(py, owner, (t, object) => t.free(object), true);
      const other = py.thread('');
      let ok = other.local('ok');
      if (form === 'long') ok = tryIncref(other, o);
      else other.update(field(o, HEADER.local), add(OLD, 1), { when: differs(OLD, 0), ok, stale: true });
      other.when(ok, () => {
        other.store(got.cell, 1);
        decref(py, other, o);
      });
      return outcomes(py, [cell('alive', o), got.observation]);
    };
    expect(trying('long')).toEqual(trying('short'));
    expect(trying('long')).toEqual(['alive 0, got it 0', 'alive 0, got it 1']);
  });
});

describe('locks', () => {
  /** Each thread multiplies and adds under the lock: the end tells in which order they were inside. */
  function inside(
    write: (py: Python, threads: number) => (t: ThreadBuilder, body: () => void) => void,
    threads = 2,
  ): string[] {
    const py = new Python('free-threaded');
    const n = py.p.global('n', 1);
    const locked = write(py, threads);
    for (let i = 0; i < threads; i++) {
      const t = py.thread('');
      const seen = t.local('n');
      locked(t, () => {
        t.load(seen, n);
        t.store(n, add(multiply(seen, 3), i));
      });
    }
    return outcomes(py, [cell('n', n)]);
  }
  const short = (py: Python) => {
    const m = py.p.global('m', 0, { format: 'holder' });
    return (t: ThreadBuilder, body: () => void): void => {
      t.lock(m);
      body();
      t.unlock(m);
    };
  };
  const parking = (py: Python, threads: number) => {
    const m = makeParkingMutex(py, 'm', threads);
    return (t: ThreadBuilder, body: () => void): void => {
      lockParking(t, m);
      body();
      unlockParking(t, m);
    };
  };

  test('PyMutex with parking lets the same orders through as a lock of one step', () => {
    expect(inside(parking)).toEqual(inside(short));
  });

  test('a critical section inside another one (try, suspend, wait, resume) excludes as one alone does', () => {
    const section = (nested: boolean) => (py: Python) => {
      const o = py.object('o', { audited: false });
      const own = [py.object('a', { audited: false }), py.object('b', { audited: false })];
      return (t: ThreadBuilder, body: () => void): void => {
        if (nested) criticalSection(py, t, own[t.index]!, () => criticalSection(py, t, o, body));
        else criticalSection(py, t, o, body);
      };
    };
    expect(inside(section(true))).toEqual(inside(section(false)));
    expect(inside(section(true))).toEqual(inside(short));
  });

  test('the GIL with requests to drop it switches where the short form does', () => {
    const run = (form: Form): string[] => {
      const py = new Python('gil');
      const n = py.p.global('n', 1);
      const gil = makeGil(py);
      const lock = py.p.global('GIL', 0, { format: 'holder' });
      for (let i = 0; i < 2; i++) {
        const t = py.thread('');
        const seen = t.local('n');
        const take = (): void => (form === 'long' ? takeGil(t, gil) : t.lock(lock));
        const drop = (): void => (form === 'long' ? dropGil(t, gil) : t.unlock(lock));
        take();
        t.load(seen, n);
        // Python code runs between load and store.
        if (form === 'long') gilSafePoint(t, gil);
        else {
          drop();
          take();
        }
        t.store(n, add(multiply(seen, 3), i));
        drop();
      }
      return outcomes(py, [cell('n', n)]);
    };
    expect(run('long')).toEqual(run('short'));
    expect(run('long')).toHaveLength(4);
  });
});

describe('stopping the world', () => {
  type Act = 'work' | 'safe point' | 'detached' | 'stop' | 'lock';

  /** What each thread does multiplies and adds: the end tells in which order. */
  function run(form: Form, threads: readonly (readonly Act[])[]): string[] {
    const py = new Python('free-threaded');
    const n = py.p.global('n', 1);
    const lock = py.p.global('lock', 0, { format: 'holder' });
    const long = form === 'long' ? worldProtocol.makeWorld(py, threads.length) : null;
    const short = long === null ? world.makeWorld(py, threads.length) : null;
    for (const [i, acts] of threads.entries()) {
      const t = py.thread('');
      const seen = t.local('n');
      const calculate = (by: number): void => {
        t.load(seen, n);
        t.store(n, add(multiply(seen, by), i));
      };
      const detachFrom = (): void => (long === null ? world.detachFrom(t, short!) : worldProtocol.detachFrom(t, long));
      const attachTo = (): void => (long === null ? world.attachTo(t, short!) : worldProtocol.attachTo(t, long));
      for (const act of acts) {
        if (act === 'work') calculate(3);
        else if (act === 'lock') {
          t.lock(lock);
          calculate(7);
          t.unlock(lock);
        } else if (act === 'detached') {
          detachFrom();
          attachTo();
        } else if (act === 'safe point') {
          if (long === null) world.safePoint(t, short!);
          else worldProtocol.safePoint(t, long);
        } else if (long === null) world.stopTheWorld(t, short!, () => calculate(5));
        else worldProtocol.stopTheWorld(t, long, () => calculate(5));
      }
      detachFrom();
    }
    return outcomes(py, [cell('n', n)]);
  }

  test.each<[string, readonly (readonly Act[])[]]>([
    ['one stops while the other works', [['stop'], ['work', 'safe point', 'work']]],
    [
      'one stops while the other is detached for a moment',
      [
        ['work', 'stop'],
        ['detached', 'work'],
      ],
    ],
    [
      'both stop',
      [
        ['stop', 'work'],
        ['work', 'stop'],
      ],
    ],
    ['between the two halves of an update nothing stops it', [['stop'], ['work']]],
    ['a stop with a lock that the other one waits for', [['lock', 'stop'], ['lock']]],
  ])('%s: the protocol and one step give the same ends', (_, threads) => {
    expect(run('long', threads)).toEqual(run('short', threads));
    expect(run('long', threads)).not.toContain('fails');
  });
});

/** Random small programs: plain and atomic accesses, also of cells that what was read decides on, locks (also taken in any order), failing updates, branches, waits. */
import * as fc from 'fast-check';
import { ProgramBuilder } from '../../../server/src/simulator/build/program.ts';
import { element, type ThreadBuilder } from '../../../server/src/simulator/build/thread.ts';
import { add, equal, multiply, OLD, remainder } from '../../../server/src/simulator/machine/expression.ts';
import type { Program } from '../../../server/src/simulator/machine/program.ts';

const CELLS = 3;
const LOCKS = 2;
const cell = fc.nat(CELLS - 1);
const lock = fc.nat(LOCKS - 1);

type Step =
  | { readonly kind: 'load' | 'store' | 'copy' | 'add' | 'wait'; readonly cell: number }
  | { readonly kind: 'exchange'; readonly cell: number; readonly expected: number }
  | { readonly kind: 'lock' | 'unlock' | 'try'; readonly lock: number }
  | { readonly kind: 'move'; readonly from: number; readonly to: number }
  | { readonly kind: 'if'; readonly cell: number; readonly other: number }
  | { readonly kind: 'free' | 'use' }
  | { readonly kind: 'choose' | 'append' | 'send'; readonly cell: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('load', 'store', 'copy', 'add'), cell }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('exchange'), cell, expected: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('lock', 'lock', 'unlock', 'unlock', 'try'), lock }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('move'), from: cell, to: cell }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('if'), cell, other: cell }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('free', 'use') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), cell }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('choose'), cell }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('append', 'send'), cell }) },
) as fc.Arbitrary<Step>;

export const randomThreads: fc.Arbitrary<Step[][]> = fc.oneof(
  fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 2 }),
  fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
);

/** Short threads, but enough of them that what one race asks for depends on events far from it. */
export const manyThreads: fc.Arbitrary<Step[][]> = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), {
  minLength: 4,
  maxLength: 5,
});

function write(t: ThreadBuilder, s: Step, base: number, locks: number, object: number): void {
  const r = t.local('r');
  switch (s.kind) {
    case 'load':
      return t.load(r, base + s.cell);
    case 'store':
      return t.store(base + s.cell, t.identity);
    case 'copy':
      t.load(r, base + s.cell);
      return t.store(base + ((s.cell + 1) % CELLS), add(r, 1));
    case 'add':
      return t.update(base + s.cell, add(OLD, 1));
    case 'exchange':
      return t.compareExchange(base + s.cell, s.expected, t.identity);
    case 'lock':
      return t.lock(locks + s.lock);
    case 'unlock':
      return t.unlock(locks + s.lock);
    case 'try':
      t.tryLock(locks + s.lock, r);
      return t.when(r, () => t.unlock(locks + s.lock));
    case 'move':
      return t.atomic(() => {
        t.load(r, base + s.from);
        t.when(equal(r, 0), () => t.store(base + s.to, t.identity));
      });
    case 'if':
      t.load(r, base + s.cell);
      return t.when(equal(r, 0), () => t.store(base + s.other, 7));
    case 'free':
      return t.free(object);
    case 'use':
      return t.load(r, { base: object, offset: 1 });
    case 'wait':
      return t.wait(base + s.cell, equal(OLD, 0));
    case 'choose':
      t.choose(r, 2, 'which?');
      return t.when(r, () => t.store(base + s.cell, 9));
    case 'append':
      return t.update(base + s.cell, add(multiply(OLD, 3), t.identity));
    case 'send':
      t.load(r, base + s.cell);
      return t.store(element(base, remainder(r, CELLS)), t.identity);
  }
}

export function randomProgram(threads: readonly (readonly Step[])[]): Program {
  const p = new ProgramBuilder();
  p.audit = false;
  const base = p.globals('x', CELLS);
  const locks = p.globals('m', LOCKS);
  const object = p.object({ name: 'o', type: 'object', fields: [{ name: 'v' }] });
  for (const steps of threads) {
    const t = p.thread('');
    for (const s of steps) write(t, s, base, locks, object);
  }
  return p.build();
}

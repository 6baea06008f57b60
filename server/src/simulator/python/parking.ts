/**
 * `PyMutex` with every atomic action (Include/cpython/lock.h, Python/lock.c, Python/parking_lot.c). The byte has two bits:
 * locked, and "somebody is parked". A thread that has to wait parks itself in a queue under the bucket's lock, which looks at
 * the byte again; who unlocks takes the first of the queue out and either hands the lock over or lets everybody compete.
 */
import type { Local, ThreadBuilder } from '../build/thread.ts';
import { bitAnd, bitOr, choose, differs, equal, not, OLD } from '../machine/expression.ts';
import type { Python } from './python.ts';

const LOCKED = 1;
const PARKED = 2;
const WAITING = 1;
const WOKEN = 2;
const HANDED_OVER = 3;

export interface ParkingMutex {
  readonly bits: number;
  /** Parked threads (their identities), first come first. */
  readonly queue: number;
  readonly room: number;
  /** By thread: 0, or what it waits for in the parking lot. */
  readonly tickets: number;
}

export function makeParkingMutex(py: Python, name: string, threads: number): ParkingMutex {
  return {
    bits: py.p.global(`${name}._bits`),
    queue: py.p.globals(`${name} queue`, threads, () => 0, { format: 'thread' }),
    room: threads,
    tickets: py.p.globals(i => `ticket of T${i + 1}`, threads),
  };
}

export function lockParking(t: ThreadBuilder, mutex: ParkingMutex): void {
  const mine = t.local('locked', 'flag');
  const seen = t.local('bits');
  t.compareExchange(mutex.bits, 0, LOCKED, { ok: mine, label: 'tries the fast path' });
  t.when(not(mine), () => {
    t.loop(not(mine), () => {
      t.load(seen, mutex.bits, { order: 'relaxed' });
      t.when(
        not(bitAnd(seen, LOCKED)),
        () => t.compareExchange(mutex.bits, seen, bitOr(seen, LOCKED), { ok: mine }),
        () => waitInLot(t, mutex, seen, mine),
      );
    });
  });
}

function waitInLot(t: ThreadBuilder, mutex: ParkingMutex, seen: Local, mine: Local): void {
  const marked = t.temporary();
  const parked = t.temporary();
  const ticket = mutex.tickets + t.index;
  t.set(marked, 1);
  t.when(not(bitAnd(seen, PARKED)), () => t.compareExchange(mutex.bits, seen, bitOr(seen, PARKED), { ok: marked }));
  t.when(marked, () => {
    t.set(parked, 0);
    park(t, mutex, parked, ticket);
    t.when(parked, () => {
      t.wait(ticket, differs(OLD, WAITING), { into: seen, label: 'sleeps, detached' });
      t.when(equal(seen, HANDED_OVER), () => t.set(mine, 1));
      t.store(ticket, 0, { order: 'relaxed' });
    });
  });
}

/** Under the bucket's lock: nothing has changed, so the thread goes to the end of the queue. */
function park(t: ThreadBuilder, mutex: ParkingMutex, parked: Local, ticket: number): void {
  const bits = t.temporary();
  const slot = t.temporary();
  t.atomic(
    () => {
      t.load(bits, mutex.bits, { order: 'sync' });
      t.when(equal(bits, LOCKED | PARKED), () => {
        t.store(ticket, WAITING, { order: 'relaxed' });
        t.set(parked, 0);
        for (let i = 0; i < mutex.room; i++) {
          t.when(not(parked), () => {
            t.load(slot, mutex.queue + i, { order: 'relaxed' });
            t.when(not(slot), () => {
              t.store(mutex.queue + i, t.identity, { order: 'relaxed' });
              t.set(parked, 1);
            });
          });
        }
      });
    },
    { label: 'parks if the lock is still taken' },
  );
}

/** Whether the lock is handed over depends on how long the waiter has waited: a choice. */
export function unlockParking(t: ThreadBuilder, mutex: ParkingMutex): void {
  const ok = t.temporary();
  t.compareExchange(mutex.bits, LOCKED, 0, { ok, label: 'tries the fast path' });
  t.when(not(ok), () => {
    const handOver = t.local('hands over', 'flag');
    t.choose(handOver, 2, 'has the waiter waited for more than a millisecond?');
    t.atomic(() => unpark(t, mutex, handOver), { label: 'wakes the first waiter' });
  });
}

function unpark(t: ThreadBuilder, mutex: ParkingMutex, handOver: Local): void {
  const bits = t.temporary();
  const first = t.temporary();
  const next = t.temporary();
  t.load(bits, mutex.bits, { order: 'sync' });
  t.check(bitAnd(bits, LOCKED), 'unlock-not-held', 'the mutex is not locked');
  t.load(first, mutex.queue, { order: 'relaxed' });
  for (let i = 0; i < mutex.room; i++) {
    if (i + 1 < mutex.room) t.load(next, mutex.queue + i + 1, { order: 'relaxed' });
    else t.set(next, 0);
    t.store(mutex.queue + i, next, { order: 'relaxed' });
    // From here on `bits` is what stays: somebody is parked, or nobody.
    if (i === 0) t.set(bits, choose(next, PARKED, 0));
  }
  t.when(
    first,
    () => {
      t.store(mutex.bits, choose(handOver, bitOr(bits, LOCKED), bits), { order: 'sync' });
      for (let thread = 0; thread < mutex.room; thread++) {
        t.when(equal(first, thread + 1), () =>
          t.store(mutex.tickets + thread, choose(handOver, HANDED_OVER, WOKEN), { order: 'sync' }),
        );
      }
    },
    () => t.store(mutex.bits, 0, { order: 'sync' }),
  );
}

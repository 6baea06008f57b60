/**
 * Delayed free by quiescent states (Python/qsbr.c, Objects/obmalloc.c). Memory that lock-free readers may still look at gets
 * a goal; it is freed when every attached thread has passed a quiescent point at or after that goal. A thread that is
 * offline (sequence 0) reads nothing. The short form of all this is to free at once: there, a reader finds and takes what it
 * reads in one step, and never holds a pointer to memory that it has no reference to.
 */
import type { Local, ThreadBuilder } from '../build/thread.ts';
import { add, both, type Expression, either, equal, less, not, OLD } from '../machine/expression.ts';
import type { Python } from './python.ts';

const INCREMENT = 2;

export interface Qsbr {
  readonly writeSequence: number;
  /** By thread: the write sequence that it saw at its last quiescent point; 0 while it is detached. */
  readonly sequences: number;
  readonly threads: number;
  /** Block that waits to be freed, and its goal: room for one. */
  readonly waiting: number;
  readonly goal: number;
}

export function makeQsbr(py: Python, threads: number): Qsbr {
  return {
    writeSequence: py.p.global('wr_seq', 1),
    sequences: py.p.globals(
      i => `seq of T${i + 1}`,
      threads,
      () => 1,
    ),
    threads,
    waiting: py.p.global('to be freed', 0, { format: 'pointer' }),
    goal: py.p.global('goal'),
  };
}

/** `_PyMem_FreeDelayed`: the goal is a new write sequence, which nobody has seen yet. */
export function freeDelayed(t: ThreadBuilder, qsbr: Qsbr, block: Expression): void {
  const seen = t.local('goal');
  t.update(qsbr.writeSequence, add(OLD, INCREMENT), { into: seen });
  t.store(qsbr.goal, add(seen, INCREMENT), { order: 'relaxed' });
  t.store(qsbr.waiting, block, { order: 'sync', label: 'queues the block' });
}

/** A safe point: the thread reads nothing that it loaded before. Then frees what nobody can look at any more. */
export function quiescent(t: ThreadBuilder, qsbr: Qsbr): void {
  const now = t.temporary();
  t.load(now, qsbr.writeSequence, { order: 'sync' });
  t.store(qsbr.sequences + t.index, now, { order: 'sync', label: 'passes a quiescent point' });
  processQueue(t, qsbr);
}

/** The thread detaches or exits. */
export function goOffline(t: ThreadBuilder, qsbr: Qsbr): void {
  t.store(qsbr.sequences + t.index, 0, { order: 'sync', label: 'goes offline' });
  processQueue(t, qsbr);
}

function processQueue(t: ThreadBuilder, qsbr: Qsbr): void {
  const block = t.temporary();
  const goal = t.temporary();
  const passed = t.temporary();
  t.load(block, qsbr.waiting, { order: 'sync' });
  t.when(block, () => {
    t.load(goal, qsbr.goal, { order: 'relaxed' });
    t.set(passed, 1);
    for (let other = 0; other < qsbr.threads; other++)
      if (other !== t.index) poll(t, qsbr.sequences + other, goal, passed);
    t.when(passed, () => freeOnce(t, qsbr, block));
  });
}

function poll(t: ThreadBuilder, sequence: number, goal: Local, passed: Local): void {
  const seen = t.temporary();
  t.load(seen, sequence, { order: 'sync' });
  t.set(passed, both(passed, either(equal(seen, 0), not(less(seen, goal)))));
}

function freeOnce(t: ThreadBuilder, qsbr: Qsbr, block: Local): void {
  const mine = t.temporary();
  t.compareExchange(qsbr.waiting, block, 0, { ok: mine });
  t.when(mine, () => t.free(block));
}

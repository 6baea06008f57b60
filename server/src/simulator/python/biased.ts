/**
 * Biased reference counting as the free-threaded build does it (Include/object.h, Objects/object.c, Python/brc.c), every
 * atomic action a step. A compare-and-exchange loop is one step: its failing rounds only read.
 */
import { field, type Local, type ThreadBuilder } from '../build/thread.ts';
import {
  add,
  bitAnd,
  bitOr,
  both,
  choose,
  differs,
  type Expression,
  either,
  equal,
  not,
  OLD,
  shiftLeft,
  shiftRight,
  subtract,
} from '../machine/expression.ts';
import type { Dealloc } from './counts.ts';
import { HEADER, IMMORTAL, MAYBE_WEAKREF, MERGED, ONE_SHARED, type Python, QUEUED } from './python.ts';

const tid = (object: Expression) => field(object, HEADER.tid);
const local = (object: Expression) => field(object, HEADER.local);
const shared = (object: Expression) => field(object, HEADER.shared);
const RELAXED = { order: 'relaxed' } as const;

export function biasedIncref(t: ThreadBuilder, object: Expression): void {
  const count = t.local('local');
  const owner = t.local('tid', 'thread');
  t.load(count, local(object), RELAXED);
  t.when(differs(count, IMMORTAL), () => {
    t.load(owner, tid(object), RELAXED);
    t.when(
      equal(owner, t.identity),
      () => t.store(local(object), add(count, 1), RELAXED),
      () => t.update(shared(object), add(OLD, ONE_SHARED), RELAXED),
    );
  });
}

export function biasedDecref(py: Python, t: ThreadBuilder, object: Expression, dealloc: Dealloc): void {
  const count = t.local('local');
  const owner = t.local('tid', 'thread');
  t.load(count, local(object), RELAXED);
  t.when(differs(count, IMMORTAL), () => {
    t.load(owner, tid(object), RELAXED);
    t.when(
      equal(owner, t.identity),
      () => {
        t.set(count, subtract(count, 1));
        t.store(local(object), count, RELAXED);
        t.when(equal(count, 0), () => mergeZeroLocal(t, object, dealloc));
      },
      () => decrefShared(py, t, object, dealloc),
    );
  });
}

/** `_Py_MergeZeroLocalRefcount`: the owner has no references left of its own. */
function mergeZeroLocal(t: ThreadBuilder, object: Expression, dealloc: Dealloc): void {
  const seen = t.local('shared', 'shared-count');
  t.load(seen, shared(object), { order: 'sync' });
  t.when(
    equal(seen, 0),
    () => dealloc(t, object),
    () => {
      t.store(tid(object), 0, { ...RELAXED, label: 'gives up ownership: ob_tid = 0' });
      t.update(shared(object), bitOr(OLD, MERGED), { into: seen });
      t.when(equal(bitOr(seen, MERGED), MERGED), () => dealloc(t, object));
    },
  );
}

/** `_Py_DecRefShared`: by a thread that does not own the object. */
function decrefShared(py: Python, t: ThreadBuilder, object: Expression, dealloc: Dealloc): void {
  const seen = t.local('shared', 'shared-count');
  const queues = either(equal(OLD, 0), equal(OLD, MAYBE_WEAKREF));
  t.update(shared(object), choose(queues, QUEUED, subtract(OLD, ONE_SHARED)), { into: seen });
  t.when(
    either(equal(seen, 0), equal(seen, MAYBE_WEAKREF)),
    () => queueForOwner(py, t, object, dealloc),
    () => t.when(equal(subtract(seen, ONE_SHARED), MERGED), () => dealloc(t, object)),
  );
}

/** `_Py_ExplicitMergeRefcount`: local and shared counts become one. `result` receives the new shared field. */
export function explicitMerge(t: ThreadBuilder, object: Expression, extra: number): Expression {
  const count = t.local('local');
  const seen = t.local('shared', 'shared-count');
  const merged = (old: Expression): Expression =>
    bitOr(shiftLeft(add(add(shiftRight(old, 2), count), extra), 2), MERGED);
  t.load(count, local(object), RELAXED);
  t.store(local(object), 0, RELAXED);
  t.store(tid(object), 0, RELAXED);
  t.update(shared(object), merged(OLD), { into: seen });
  return merged(seen);
}

/** A thread's queue of objects to merge: slots that other threads fill under a lock, and whether the thread has exited. */
interface MergeQueue {
  readonly lock: number;
  readonly slots: number;
  readonly size: number;
  /** 1 once the owner has drained its queue for good. */
  readonly exited: number;
  readonly eval: number;
}

const queues = new WeakMap<Python, MergeQueue[]>();

/** Gives each of `threads` threads a queue; needed where another thread may drop the last shared reference. */
export function makeQueues(py: Python, threads: number, size = 1): void {
  const made = Array.from({ length: threads }, (_, i) => ({
    lock: py.p.global(`bucket lock of T${i + 1}`, 0, { format: 'holder' }),
    slots: py.p.globals(`T${i + 1}.objects_to_merge`, size),
    size,
    exited: py.p.global(`T${i + 1}.exited`, 0, { format: 'flag' }),
    eval: py.p.global(`T${i + 1}.explicit_merge`, 0, { format: 'flag' }),
  }));
  queues.set(py, made);
}

/** `_Py_brc_queue_object`: asks the owner to merge; if it has exited, merges in its place. */
function queueForOwner(py: Python, t: ThreadBuilder, object: Expression, dealloc: Dealloc): void {
  const owner = t.local('tid', 'thread');
  t.load(owner, tid(object), RELAXED);
  t.when(
    not(owner),
    // The owner merged meanwhile: an ordinary decrement of a merged count.
    () => dropMerged(t, object, dealloc),
    () => {
      for (const [i, queue] of (queues.get(py) ?? []).entries()) {
        t.when(equal(owner, i + 1), () => pushOn(t, queue, object, dealloc));
      }
    },
  );
}

function dropMerged(t: ThreadBuilder, object: Expression, dealloc: Dealloc): void {
  const seen = t.local('shared', 'shared-count');
  t.update(shared(object), subtract(OLD, ONE_SHARED), { into: seen });
  t.when(equal(subtract(seen, ONE_SHARED), MERGED), () => dealloc(t, object));
}

function pushOn(t: ThreadBuilder, queue: MergeQueue, object: Expression, dealloc: Dealloc): void {
  const exited = t.temporary();
  t.lock(queue.lock);
  t.load(exited, queue.exited, RELAXED);
  t.when(
    exited,
    () => {
      const result = t.local('shared', 'shared-count');
      t.set(result, explicitMerge(t, object, -1));
      t.unlock(queue.lock);
      t.when(equal(result, MERGED), () => dealloc(t, object));
    },
    () => {
      const placed = t.temporary();
      const seen = t.temporary();
      t.set(placed, 0);
      for (let i = 0; i < queue.size; i++) {
        t.when(not(placed), () => {
          t.load(seen, queue.slots + i, RELAXED);
          t.when(not(seen), () => {
            t.store(queue.slots + i, object, RELAXED);
            t.set(placed, 1);
          });
        });
      }
      t.store(queue.eval, 1, { order: 'sync' });
      t.unlock(queue.lock);
    },
  );
}

/** `_Py_brc_merge_refcounts` by the owner at a safe point; with `exits`, for the last time. */
export function drainQueue(py: Python, t: ThreadBuilder, dealloc: Dealloc, exits: boolean): void {
  const queue = queues.get(py)?.[t.index];
  if (queue === undefined) return;
  const object = t.local('queued', 'pointer');
  const result = t.local('shared', 'shared-count');
  for (let i = 0; i < queue.size; i++) {
    t.lock(queue.lock);
    t.load(object, queue.slots + i, RELAXED);
    t.store(queue.slots + i, 0, RELAXED);
    if (exits && i === queue.size - 1) t.store(queue.exited, 1, RELAXED);
    t.unlock(queue.lock);
    t.when(object, () => {
      t.set(result, explicitMerge(t, object, -1));
      t.when(equal(result, MERGED), () => dealloc(t, object));
    });
  }
}

/**
 * `_Py_TryIncrefFast` and `_Py_TryIncRefShared`: a reference only if the object can't be on its way out. The object may be
 * gone already: its memory still holds counts, because its page waits for all readers (see `heap.ts`).
 */
export function tryIncref(t: ThreadBuilder, object: Expression): Local {
  const STALE = { order: 'relaxed', stale: true } as const;
  const ok = t.local('ok', 'flag');
  const count = t.local('local', 'local-count');
  const owner = t.local('tid', 'thread');
  t.set(ok, 0);
  t.load(count, local(object), STALE);
  t.when(
    equal(count, IMMORTAL),
    () => t.set(ok, 1),
    () => {
      t.load(owner, tid(object), STALE);
      t.when(
        equal(owner, t.identity),
        () => {
          t.store(local(object), add(count, 1), STALE);
          t.set(ok, 1);
        },
        () => {
          const alive = both(differs(OLD, 0), differs(OLD, MERGED));
          t.update(shared(object), add(OLD, ONE_SHARED), { when: alive, ok, stale: true });
        },
      );
    },
  );
  return ok;
}

/** `_Py_NewRefWithLock`: under the container's lock; from now on readers may try without it. */
export function newRefWithLock(t: ThreadBuilder, object: Expression): void {
  const owner = t.local('tid', 'thread');
  const count = t.local('local', 'local-count');
  t.load(owner, tid(object), RELAXED);
  t.when(
    equal(owner, t.identity),
    () => {
      t.load(count, local(object), RELAXED);
      t.store(local(object), add(count, 1), RELAXED);
    },
    () =>
      t.update(
        shared(object),
        choose(equal(bitAnd(OLD, 3), 0), bitOr(add(OLD, ONE_SHARED), MAYBE_WEAKREF), add(OLD, ONE_SHARED)),
      ),
  );
}

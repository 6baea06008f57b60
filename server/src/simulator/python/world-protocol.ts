/**
 * Attach states and stopping the world (Python/pystate.c), with every access; `world.ts` is the short form. A thread that is
 * attached must reach a safe point by itself; one that is detached is suspended where it is, and can't attach before the
 * world is started again.
 */
import type { ThreadBuilder } from '../build/thread.ts';
import { equal, not, OLD } from '../machine/expression.ts';
import type { Python } from './python.ts';

const DETACHED = 0;
const ATTACHED = 1;
const SUSPENDED = 2;

export interface World {
  /** By thread: attach state, and the request to stop. */
  readonly state: number;
  readonly stop: number;
  readonly lock: number;
  readonly threads: number;
}

/** All threads start attached. */
export function makeWorld(py: Python, threads: number): World {
  return {
    state: py.p.globals(
      i => `state of T${i + 1}`,
      threads,
      () => ATTACHED,
      { format: 'attach-state' },
    ),
    stop: py.p.globals(
      i => `T${i + 1} is asked to stop`,
      threads,
      () => 0,
      { format: 'flag' },
    ),
    lock: py.p.global('stop-the-world lock', 0, { format: 'holder' }),
    threads,
  };
}

/** The eval breaker, looked at between bytecodes: stops if asked to. C code in between never does. */
export function safePoint(t: ThreadBuilder, world: World): void {
  const asked = t.temporary();
  t.load(asked, world.stop + t.index, { order: 'relaxed', label: 'looks at the eval breaker' });
  t.when(asked, () => {
    t.store(world.stop + t.index, 0, { order: 'relaxed' });
    t.store(world.state + t.index, SUSPENDED, { order: 'sync', label: 'stops at the safe point' });
    attachTo(t, world);
  });
}

export function detachFrom(t: ThreadBuilder, world: World): void {
  t.setAttached(false);
  t.store(world.state + t.index, DETACHED, { order: 'sync', label: 'detaches' });
}

/** Waits while the world is stopped. */
export function attachTo(t: ThreadBuilder, world: World): void {
  t.update(world.state + t.index, ATTACHED, { until: equal(OLD, DETACHED), label: 'attaches' });
  t.setAttached(true);
}

/** `_PyEval_StopTheWorld`, `body` alone in the world, `_PyEval_StartTheWorld`. */
export function stopTheWorld(t: ThreadBuilder, world: World, body: () => void): void {
  const parked = t.temporary();
  const others = Array.from({ length: world.threads }, (_, i) => i).filter(i => i !== t.index);
  lockWorld(t, world);
  for (const other of others) {
    t.compareExchange(world.state + other, DETACHED, SUSPENDED, {
      ok: parked,
      label: `suspends T${other + 1} if it is detached`,
    });
    t.when(not(parked), () => {
      t.store(world.stop + other, 1, { order: 'sync', label: `asks T${other + 1} to stop` });
      // It may have detached meanwhile: then it is suspended from here.
      t.update(world.state + other, SUSPENDED, {
        until: not(equal(OLD, ATTACHED)),
        label: `T${other + 1} has stopped`,
      });
    });
  }
  body();
  for (const other of others) {
    t.store(world.stop + other, 0, { order: 'relaxed' });
    t.store(world.state + other, DETACHED, { order: 'sync', label: `starts T${other + 1} again` });
  }
  t.unlock(world.lock);
}

/** A thread that waits for this lock is detached meanwhile: two that stop the world do not wait for each other. */
function lockWorld(t: ThreadBuilder, world: World): void {
  const mine = t.temporary();
  t.repeat(() => {
    t.tryLock(world.lock, mine);
    t.when(not(mine), () => {
      detachFrom(t, world);
      t.wait(world.lock, not(OLD), { label: 'waits until the world runs again' });
      attachTo(t, world);
    });
  }, not(mine));
}

/**
 * Stopping the world in the short form: one cell counts the attached threads, and what is done alone is one step that waits
 * until there are none. The protocol behind it is in `world-protocol.ts`. What is done alone must touch nothing that detached
 * threads touch.
 */
import type { ThreadBuilder } from '../build/thread.ts';
import { add, not, OLD, subtract } from '../machine/expression.ts';
import type { Python } from './python.ts';

export interface World {
  readonly attached: number;
}

/** All threads start attached. */
export function makeWorld(py: Python, threads: number): World {
  return { attached: py.p.global('attached threads', threads) };
}

/** Where the world may be stopped for a moment. */
export function safePoint(t: ThreadBuilder, world: World): void {
  t.update(world.attached, subtract(OLD, 1), { label: 'comes to a safe point' });
  t.update(world.attached, add(OLD, 1), { label: 'goes on' });
}

/** For good: between two calls the world may be stopped at any time. */
export function leave(t: ThreadBuilder, world: World): void {
  t.update(world.attached, subtract(OLD, 1), { label: 'comes to a safe point' });
}

export function detachFrom(t: ThreadBuilder, world: World): void {
  t.setAttached(false);
  t.update(world.attached, subtract(OLD, 1), { label: 'detaches' });
}

export function attachTo(t: ThreadBuilder, world: World): void {
  t.update(world.attached, add(OLD, 1), { label: 'attaches' });
  t.setAttached(true);
}

/** `body` when no other thread is attached. It may not wait for anything. */
export function stopTheWorld(t: ThreadBuilder, world: World, body: () => void): void {
  t.update(world.attached, subtract(OLD, 1), { label: 'asks the world to stop' });
  t.atomic(
    () => {
      t.update(world.attached, add(OLD, 1), { until: not(OLD) });
      body();
    },
    { label: 'alone in the world' },
  );
}

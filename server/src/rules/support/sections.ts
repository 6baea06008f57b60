/** Locks that a function takes itself, and how control and data move around them. */
import type { Extension } from '../../analysis/extension.ts';
import type { HeldLock } from '../../analysis/locks.ts';
import type { FunctionView } from '../../analysis/view.ts';
import type { Confidence } from '../finding.ts';

/** Locks held at the step that the function took itself, outermost first. */
export function ownLocks(view: FunctionView, step: number): HeldLock[] {
  return view.semantics.locks.active ? view.semantics.locks.heldAt(step).filter(lock => lock.step >= 0) : [];
}

export function ownSections(view: FunctionView, step: number): HeldLock[] {
  return ownLocks(view, step).filter(lock => lock.kind === 'critical-section');
}

/** Opened by a macro that also opens a block: what leaves the block in any other way than its end leaves the lock behind. */
export function isScoped(lock: Pick<HeldLock, 'by'>): boolean {
  return /BEGIN/.test(lock.by);
}

/** Functions that take a lock, with all their reachable steps. */
export function lockingFunctions(extension: Extension): readonly FunctionView[] {
  return extension.locking;
}

export function eachStep(view: FunctionView, visit: (step: number) => void): void {
  for (let step = 0; step < view.body.steps.length; step++) if (view.isReachable(step)) visit(step);
}

/** A finding in code that nothing seems to call is only possible. */
export function sureness(view: FunctionView): Confidence {
  return view.surroundings.contexts.has('unreached') ? 'possible' : 'likely';
}

/** The locked object as written where the lock was taken. */
export function lockedObject(view: FunctionView, lock: HeldLock): string {
  const op = view.op(lock.step);
  if (op?.kind !== 'acquire') return lock.by;
  const target = op.lock.targets.find(value => view.path(value, lock.step) === lock.path) ?? op.lock.targets[0];
  return target === undefined ? lock.by : view.render(target);
}

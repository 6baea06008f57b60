import type { Extension } from '../../analysis/extension.ts';
import type { HeldLock } from '../../analysis/locks.ts';
import { substitute } from '../../analysis/paths.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { defineRule, EVEN_WITH_GIL } from '../rule.ts';
import { eachStep, lockingFunctions } from '../support/sections.ts';
import { quote } from '../support/words.ts';

export const pymutexSelfDeadlock = defineRule({
  id: 'pymutex-self-deadlock',
  family: 'critical-sections',
  title: 'Mutex locked again by the thread that holds it',
  severity: 'deadlock',
  exposure: EVEN_WITH_GIL,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      for (const step of view.once(lockedAgain, () => stepsUnderMutex(view))) {
        const again = lockedAgain(extension, view, step);
        if (again === null) continue;
        const subject = again.name.replace(/^&/, '');
        report.at(
          { function: view, steps: [step] },
          {
            subject,
            message: `This thread holds ${quote(subject)} already, and a mutex does not count: it waits for itself for ever. Call this after unlocking.`,
            ...(again.inside === null ? {} : { related: [{ at: again.inside, message: 'Locked again here' }] }),
          },
        );
      }
    }
  },
});

/** Calls and acquisitions while the function, or its callers, hold a mutex. */
function stepsUnderMutex(view: FunctionView): number[] {
  const steps: number[] = [];
  eachStep(view, step => {
    const kind = view.op(step)?.kind;
    if ((kind === 'acquire' || kind === 'call') && mutexesAt(view, step).length > 0) steps.push(step);
  });
  return steps;
}

function mutexesAt(view: FunctionView, step: number): HeldLock[] {
  return view.locksAt(step).filter(lock => lock.kind === 'mutex' && !/recursive/i.test(lock.by));
}

interface Again {
  readonly name: string;
  readonly inside: { readonly function: FunctionView; readonly steps: readonly [number] } | null;
}

/** The step, or the function that it calls, takes a mutex that is held. */
function lockedAgain(extension: Extension, view: FunctionView, step: number): Again | null {
  const op = view.op(step);
  if (op?.kind !== 'acquire' && op?.kind !== 'call') return null;
  const held = mutexesAt(view, step);
  if (held.length === 0) return null;
  if (op.kind === 'acquire' && op.lock.kind === 'mutex') {
    // What callers hold is their mistake: it is reported at the call.
    const own = held.filter(lock => lock.step >= 0);
    const target = op.lock.targets.find(value => own.some(lock => lock.path === view.path(value, step)));
    return target === undefined ? null : { name: view.render(target), inside: null };
  }
  if (op.kind !== 'call') return null;
  const inner = extension.calleeOf(view, step);
  if (inner === undefined || !inner.semantics.locks.active) return null;
  const args = op.args.map(value => view.path(value, step));
  for (let at = 0; at < inner.body.steps.length; at++) {
    const taken = inner.op(at);
    if (taken?.kind !== 'acquire' || taken.lock.kind !== 'mutex' || !inner.isReachable(at)) continue;
    // What the helper has unlocked first is the caller's lock given back for a while.
    if (inner.semantics.locks.released.size > 0) return null;
    const target = taken.lock.targets.find(value => {
      const path = substitute(inner.path(value, at), args);
      return path !== null && held.some(lock => lock.path === path);
    });
    if (target !== undefined) return { name: inner.render(target), inside: { function: inner, steps: [at] } };
  }
  return null;
}

import type { HeldLock } from '../../analysis/locks.ts';
import type { FunctionView } from '../../analysis/view.ts';
import { defineRule } from '../rule.ts';
import { eachStep, isScoped, lockedObject, lockingFunctions, ownSections } from '../support/sections.ts';
import { quote } from '../support/words.ts';

interface Jump {
  readonly step: number;
  readonly lock: HeldLock;
  readonly into: boolean;
}

/**
 * Ways that meet where some of them hold the lock and others do not. Only for sections that open a block: there that is always
 * a mistake. Who is wrong depends on where they meet: before the section's end it is who comes from outside.
 */
export const criticalSectionJumpOut = defineRule({
  id: 'critical-section-jump-out',
  family: 'critical-sections',
  title: 'Jump into or out of a critical section',
  severity: 'deadlock',
  local: true,
  check(extension, report) {
    for (const view of lockingFunctions(extension)) {
      const seen = new Set<number>();
      for (const { step, lock, into } of jumps(view)) {
        const { start } = view.spanOf(step);
        if (seen.has(start)) continue;
        seen.add(start);
        const subject = lockedObject(view, lock);
        report.at(
          { function: view, steps: [step, lock.step] },
          {
            subject,
            message: into
              ? `This jumps into the section on ${quote(subject)} past its beginning: its end then unlocks what nobody locked. Jump to a label outside of it.`
              : `This jumps out of the section on ${quote(subject)}, which stays locked: other threads wait for ever. Jump to a label before its end.`,
            related: [{ at: { function: view, steps: [lock.step] }, message: 'The section begins here' }],
          },
        );
      }
    }
  },
});

function* jumps(view: FunctionView): Iterable<Jump> {
  if (!view.stepsOf('acquire').some(step => opensBlock(view, step))) return;
  const arriving = new Map<number, number[]>();
  eachStep(view, step => {
    for (const next of view.step(step)?.next ?? []) arriving.set(next, [...(arriving.get(next) ?? []), step]);
  });
  for (const [target, sources] of arriving) {
    if (sources.length < 2) continue;
    const held = sources.map(step => heldAfter(view, step));
    const lock = held.flat().find(one => held.some(locks => !holds(locks, one)));
    if (lock === undefined || holds(ownSections(view, target), lock)) continue;
    const into = endsWithoutBeginning(view, target);
    for (const [index, step] of sources.entries()) {
      if (holds(held[index] ?? [], lock) !== into) yield { step, lock, into };
    }
  }
}

function opensBlock(view: FunctionView, step: number): boolean {
  const op = view.op(step);
  return op?.kind === 'acquire' && isScoped(op.lock);
}

function holds(locks: readonly HeldLock[], lock: HeldLock): boolean {
  return locks.some(one => one.path === lock.path);
}

/** What is held behind a step: a section that it begins counts, one that it ends does not. */
function heldAfter(view: FunctionView, step: number): HeldLock[] {
  const op = view.op(step);
  const held = ownSections(view, step).filter(isScoped);
  if (op?.kind === 'release') return held.filter(lock => lock.step !== held.at(-1)?.step);
  return op?.kind === 'call' || op?.kind === 'return' ? [] : held;
}

/** From here control gets to the end of a section without passing a beginning. */
function endsWithoutBeginning(view: FunctionView, from: number): boolean {
  const seen = new Set<number>();
  const waiting = [from];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    if (seen.has(step)) continue;
    seen.add(step);
    const op = view.op(step);
    if (op?.kind === 'release' && op.lock.kind === 'critical-section') return true;
    if (op?.kind !== 'acquire') waiting.push(...(view.step(step)?.next ?? []));
  }
  return false;
}

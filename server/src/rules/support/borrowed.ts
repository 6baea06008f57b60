/** What all rules about borrowed references ask of a call. */

import { onlyCompares } from '../../analysis/compared.ts';
import type { Use } from '../../analysis/definitions.ts';
import type { Call, Extension } from '../../analysis/extension.ts';
import { Remembered } from '../../analysis/remembered.ts';
import { takesReference } from '../../capi/objects.ts';
import type { Value } from '../../program/model.ts';
import type { Confidence } from '../finding.ts';
import type { Report } from '../rule.ts';
import { replacementOf } from './words.ts';

export interface BorrowedUse {
  readonly confidence: Confidence;
  /** The uses that follow the pointer, in the order of the steps. */
  readonly uses: readonly Use[];
}

/**
 * Is the reference that the call lends used while its owner may drop it? Null: the owner is private, can't change or
 * only grows, a lock keeps writers out until the last use, or only the pointer's value is looked at.
 */
export function borrowedUse(extension: Extension, call: Call, owner: Value): BorrowedUse | null {
  const { function: view, step } = call;
  const known = view.once(borrowedUse, () => new Remembered<BorrowedUse | null>());
  const found = known.of(owner, step, () => findUse(call, owner));
  return found === null || keepsEntries(extension, call, owner) ? null : found;
}

function findUse(call: Call, owner: Value): BorrowedUse | null {
  const { function: view, step } = call;
  if (view.isInitOnly || !view.isConcurrent) return null;
  const ownership = view.ownership(owner, step);
  if (ownership !== 'shared' && ownership !== 'unknown') return null;
  const uses = followingUses(call);
  if (uses.length === 0) return null;
  const lock = view.guard(step, view.path(owner, step));
  if (lock !== null) {
    const inside = (use: Use): boolean => view.heldThroughout(lock, step, use.step);
    if (uses.every(inside) || uses.some(use => inside(use) && isReferenceTaken(call, use))) return null;
  }
  const sure = ownership === 'shared' && !view.isUnreached;
  return { confidence: sure ? 'likely' : 'possible', uses };
}

function keepsEntries(extension: Extension, { function: view, step }: Call, owner: Value): boolean {
  const key = extension.accesses.sourceOf(view, owner, step);
  return key !== null && extension.frozen.keepsEntries(key);
}

/** Uses of a borrowed result that need the object to be alive. */
export function followingUses(call: Call): Use[] {
  const { function: view, step } = call;
  return view
    .usesOf(step)
    .filter(use => {
      if (use.role === 'test' || use.role === 'lock') return false;
      const op = view.op(use.step);
      if (op?.kind === 'store' && use.role === 'stored' && op.place.kind === 'local') return false;
      const isHanded = op !== undefined && use.role === 'argument';
      return !(isHanded && onlyCompares(op, use.argument, view.semantics.callee(use.step)));
    })
    .sort((a, b) => a.step - b.step);
}

export function isReferenceTaken(call: Call, use: Use): boolean {
  const op = call.function.op(use.step);
  return op?.kind === 'call' && use.argument === 0 && op.callee.name !== null && takesReference(op.callee.name);
}

/** A call that lends something of its first argument, the use made of that, and the owner as written. */
export interface Loan {
  readonly call: Call;
  readonly name: string;
  readonly owner: string;
  readonly used: BorrowedUse;
}

/** Calls of `names` that borrow from their first argument while another thread may drop what they lend. */
export function* hazardousLoans(extension: Extension, names: readonly string[]): Generator<Loan> {
  for (const name of names) {
    for (const call of extension.callsTo(name)) {
      const { function: view, step } = call;
      const op = view.op(step);
      const owner = op?.kind === 'call' ? op.args[0] : undefined;
      const used = owner === undefined ? null : borrowedUse(extension, call, owner);
      if (owner !== undefined && used !== null) yield { call, name, owner: view.render(owner), used };
    }
  }
}

/** The rule body for such calls. `message` gets the owner, the remedy and the function called. */
export function reportBorrowed(
  extension: Extension,
  report: Report,
  names: readonly string[],
  message: (owner: string, remedy: string, name: string) => string,
): void {
  for (const { call, name, owner, used } of hazardousLoans(extension, names)) {
    report.at(
      { function: call.function, steps: [call.step, ...used.uses.map(use => use.step)] },
      { subject: owner, message: message(owner, replacementOf(name), name), confidence: used.confidence },
    );
  }
}

/**
 * The rule body for calls that borrow from something that is no argument (`sys.modules`, the frame): any use of the result in
 * code that several threads run. `subject` names the owner. `isLasting`: what the call lends never goes away.
 */
export function reportLent(
  extension: Extension,
  report: Report,
  names: readonly string[],
  finding: (name: string) => { readonly subject: string; readonly message: string; readonly confidence?: Confidence },
  isLasting: (args: readonly Value[]) => boolean = () => false,
): void {
  for (const name of names) {
    for (const call of extension.callsTo(name)) {
      const { function: view, step } = call;
      const op = view.op(step);
      if (!view.isConcurrent || view.isInitOnly || (op?.kind === 'call' && isLasting(op.args))) continue;
      const uses = followingUses(call);
      if (uses.length === 0) continue;
      const { confidence = 'likely', ...hazard } = finding(name);
      report.at(
        { function: view, steps: [step, ...uses.map(use => use.step)] },
        { ...hazard, confidence: view.isUnreached ? 'possible' : confidence },
      );
    }
  }
}

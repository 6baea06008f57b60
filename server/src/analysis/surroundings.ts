/** What the extension says about a function from outside: who gets to it, with what, and holding what. */
import type { Context, ParameterRole } from './entries.ts';
import { sameLists } from './lists.ts';
import type { HeldLock } from './locks.ts';
import type { Slot } from './slots.ts';

export interface ParameterState {
  readonly role: ParameterRole;
  /** No other thread can use the object during the call: not yet published, or being destroyed. */
  readonly exclusive: boolean;
  /** Its fields and elements with objects that only this call has, too: what every caller has put there itself. */
  readonly owns?: readonly Slot[];
  /** The lock that every caller passes, as `HeldLock.member` has it; empty where all of them pass NULL. */
  readonly lock?: string;
}

export interface Surroundings {
  readonly contexts: ReadonlySet<Context>;
  /** How threads get here, for people; at most a few. */
  readonly entryPoints: readonly string[];
  readonly parameters: readonly ParameterState[];
  /** Locks that every caller holds, as paths from the parameters. */
  readonly inherited: readonly HeldLock[];
  /** Every caller has detached its thread state. */
  readonly detached: boolean;
}

const NO_SLOTS: readonly Slot[] = [];

export function sameSurroundings(a: Surroundings, b: Surroundings): boolean {
  return (
    a.detached === b.detached &&
    sameSet(a.contexts, b.contexts) &&
    sameLists(a.entryPoints, b.entryPoints, Object.is) &&
    sameLists(a.parameters, b.parameters, sameParameter) &&
    sameLists(a.inherited, b.inherited, sameHeld)
  );
}

function sameSet(a: ReadonlySet<Context>, b: ReadonlySet<Context>): boolean {
  if (a.size !== b.size) return false;
  for (const one of a) if (!b.has(one)) return false;
  return true;
}

export function sameParameter(a: ParameterState, b: ParameterState): boolean {
  return (
    a.role === b.role &&
    a.exclusive === b.exclusive &&
    a.lock === b.lock &&
    sameLists(a.owns ?? NO_SLOTS, b.owns ?? NO_SLOTS, Object.is)
  );
}

export function sameHeld(a: HeldLock, b: HeldLock): boolean {
  return (
    a.path === b.path &&
    a.kind === b.kind &&
    a.member === b.member &&
    a.by === b.by &&
    a.step === b.step &&
    a.epoch === b.epoch
  );
}

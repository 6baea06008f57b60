/**
 * Where the analysis stops looking, all in one place. Real code stays far below these figures; what exceeds one is taken for
 * unknown, never for harmless, and `Extension.boundsHit` says so.
 */

export const BOUNDS = {
  /** Sources of one value: a value with more is unknown. */
  origins: 8,
  /** Assignments and expressions that one value is followed through. */
  depth: 24,
  /** Uses of one value that are followed through copies. */
  uses: 400,
  /** Rounds over the call graph until contexts, locks and roles no longer change. */
  rounds: 8,
  /** Ways through a function on which a flag is looked for that works as a lock. */
  flagWays: 4_000,
  /** Steps of a function that is searched for the condition before a store. */
  guardSteps: 20_000,
} as const;

export type Bound = keyof typeof BOUNDS;

/** A bound that was reached, and in which function (null: in the whole extension). */
export interface BoundHit {
  readonly bound: Bound;
  readonly function: string | null;
}

import type { FailureKind } from '../playback.ts';

/** Failure kinds by number, as the machine's state keeps them (0 is "none"). The order is the machine's own. */
export const FAILURE_KINDS: readonly (FailureKind | null)[] = [
  null,
  'use-after-free',
  'double-free',
  'negative-count',
  'leak',
  'lost-update',
  'double-initialisation',
  'torn-read',
  'deadlock',
  'unlock-not-held',
  'detached-access',
  'not-serialisable',
  'data-race',
  'null-dereference',
  'out-of-bounds',
  'wrong-heap',
];

export function failureNumber(kind: FailureKind): number {
  return FAILURE_KINDS.indexOf(kind);
}

/**
 * What an event touches: a short list of encoded accesses (see `encodeAccess`). Two events depend on each other when they
 * share a cell and one of them writes it. Single accesses, by far the most frequent, are shared and never allocated twice.
 */
import { cellOf, WRITE } from '../machine/access.ts';

export type Footprint = readonly number[];

export const NOTHING: Footprint = [];

export function dependent(a: Footprint, b: Footprint): boolean {
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    for (let j = 0; j < b.length; j++) {
      const y = b[j]!;
      if (cellOf(x) === cellOf(y) && ((x | y) & WRITE) !== 0) return true;
    }
  }
  return false;
}

export class FootprintPool {
  private readonly single: (Footprint | undefined)[] = [];

  /** The first `count` entries of `accesses` as a footprint that stays. */
  keep(accesses: readonly number[], count: number): Footprint {
    if (count === 1) {
      const access = accesses[0]!;
      return (this.single[access] ??= [access]);
    }
    return count === 0 ? NOTHING : accesses.slice(0, count);
  }
}

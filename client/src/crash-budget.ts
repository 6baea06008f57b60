/** How often a server that dies is started again: a file that kills it must not make it come and go forever. */

/** So many starts … */
const STARTS = 4;
/** … within so many milliseconds. */
const WITHIN = 3 * 60_000;

export class CrashBudget {
  readonly #now: () => number;
  #crashes: number[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a crash; false when there were too many lately. */
  again(): boolean {
    const now = this.#now();
    this.#crashes = [...this.#crashes.filter(time => now - time < WITHIN), now];
    return this.#crashes.length <= STARTS;
  }

  /** The user started it by hand: counted from zero. */
  forget(): void {
    this.#crashes = [];
  }
}

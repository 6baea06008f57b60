/** When nobody types for a while, a server gives back what the typing took: engines keep freed memory for more of the same. */

/** Milliseconds without a change, after which a moment's work is not in anybody's way. */
export const QUIET = 10_000;

export interface RestDeps {
  /** Runs once after so many milliseconds, unless cancelled before by calling the result. */
  later(milliseconds: number, run: () => void): () => void;
  /** Gives back memory that is not used. */
  collect(): void;
}

export class Rest {
  readonly #deps: RestDeps;
  #cancel: () => void = () => {};

  constructor(deps: RestDeps) {
    this.#deps = deps;
  }

  /** A document was opened, changed or closed. */
  readonly touched = (): void => {
    this.#cancel();
    this.#cancel = this.#deps.later(QUIET, () => this.#deps.collect());
  };
}

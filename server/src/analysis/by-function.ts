/**
 * What single functions have of something that most have nothing of. After an edit the functions that stand as they did are passed
 * over without a look: asking each of them again takes longer than all else.
 */
import type { FunctionView } from './view.ts';
import type { Watch } from './watch.ts';

/** One function and what it has; never empty. */
export type Having<T> = readonly [FunctionView, readonly T[]];

const NONE: readonly never[] = [];

/** All functions of an extension, and what answers about each hang on: see `FunctionView.standing`. */
export interface Standing {
  readonly functions: readonly FunctionView[];
  readonly standings: readonly object[];
}

interface Kept {
  standings: readonly object[];
  readonly lists: (readonly unknown[])[];
}

export class ByFunction {
  readonly #watch: Watch;
  readonly #kept = new Map<object, Kept>();

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** `find` is asked as by `FunctionView.once`, and must hold no more. What it looks at stays unseen. */
  of<T>(maker: object, { functions, standings }: Standing, find: (view: FunctionView) => readonly T[]): Having<T>[] {
    const kept = this.#keptFor(maker, standings);
    const lists = kept.lists as (readonly T[])[];
    const having: Having<T>[] = [];
    for (let index = 0; index < functions.length; index++) {
      const view = functions[index]!;
      if (kept.standings[index] !== standings[index])
        lists[index] = someOf(this.#watch.unseen(() => view.once(maker, find)));
      const list = lists[index]!;
      if (list !== NONE) having.push([view, list]);
    }
    kept.standings = standings;
    return having;
  }

  /** What a function had when that was last asked; undefined when nobody asked. */
  before(maker: object, id: number): readonly unknown[] | undefined {
    return this.#kept.get(maker)?.lists[id];
  }

  #keptFor(maker: object, standings: readonly object[]): Kept {
    let kept = this.#kept.get(maker);
    if (kept?.standings.length !== standings.length) this.#kept.set(maker, (kept = { standings: [], lists: [] }));
    return kept;
  }
}

/** All empty lists are one, so that it takes no look into a list to see that it is empty. */
function someOf<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NONE : list;
}

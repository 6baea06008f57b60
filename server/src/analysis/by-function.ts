/**
 * What single functions have of something that most have nothing of. After an edit the functions that stand as they did are passed
 * over without a look: asking each of them again takes longer than all else.
 */
import type { FunctionView } from './view.ts';

/** One function and what it has; never empty. */
export type Having<T> = readonly [FunctionView, readonly T[]];

const NONE: readonly never[] = [];

interface Kept {
  /** What the answers hang on, by function: see `FunctionView.standing`. */
  readonly standings: readonly object[];
  readonly lists: readonly (readonly unknown[])[];
}

export class ByFunction {
  readonly #kept = new Map<object, Kept>();

  /** `find` is asked as by `FunctionView.once`, and must hold no more. */
  of<T>(maker: object, functions: readonly FunctionView[], find: (view: FunctionView) => readonly T[]): Having<T>[] {
    const before = this.#kept.get(maker);
    const standings: object[] = [];
    const lists: (readonly T[])[] = [];
    const having: Having<T>[] = [];
    for (let index = 0; index < functions.length; index++) {
      const view = functions[index]!;
      const { standing } = view;
      const same = before?.standings[index] === standing;
      const list = same ? (before.lists[index] as readonly T[]) : someOf(view.once(maker, find));
      standings.push(standing);
      lists.push(list);
      if (list !== NONE) having.push([view, list]);
    }
    this.#kept.set(maker, { standings, lists });
    return having;
  }
}

/** All empty lists are one, so that it takes no look into a list to see that it is empty. */
function someOf<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? NONE : list;
}

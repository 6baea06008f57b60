/**
 * Answers that stand as long as nothing changes of what they were found from. An edit changes one function, and mostly nothing of
 * what that is to others: who never looked into it would see what he saw before.
 */
import type { Extension } from './extension.ts';
import { outlineOf } from './outline.ts';
import type { Seen, Watch } from './watch.ts';

/** What an extension is at one moment to those who ask about it. Holds no view: it outlives its extension. */
export interface State {
  /** Equal for equal settings, includes and conditions of the build. */
  readonly given: string;
  /** What the functions have in common, each the same object as long as it says the same. */
  readonly common: readonly object[];
  /** By function: see `FunctionView.standing`. */
  readonly standings: readonly object[];
}

interface Settled {
  readonly answer: unknown;
  readonly seen: Seen;
  /** In which it was found, or stood last. */
  state: State;
  readonly index: object | null;
}

/** How the index of accesses was put together, apart from what each function has of its own. */
interface Index {
  readonly seen: Seen;
  state: State;
  /** The same as long as the index says the same. */
  readonly version: object;
}

/** Edits that change more functions than this are looked at as a whole. */
const MOST_CHANGED = 50;

export class Answers {
  readonly #watch: Watch;
  readonly #settled = new Map<object, Settled>();
  #index: Index | null = null;
  /** The two states that were compared last: those of nearly all answers of one analysis. */
  #compared: { readonly before: State; readonly now: State; readonly changed: readonly number[] | null } | null = null;

  constructor(watch: Watch) {
    this.#watch = watch;
  }

  /** See `Extension.settled`. */
  of<T>(extension: Extension, maker: object, ask: () => T): T {
    const known = this.#settled.get(maker);
    if (known !== undefined && this.#stands(extension, known)) {
      known.state = extension.state;
      this.#watch.note(known.seen);
      return known.answer as T;
    }
    const { answer, seen } = this.#watch.during(extension.functions.length, ask);
    this.#watch.note(seen);
    const index = seen.accesses ? (this.#index?.version ?? null) : null;
    if (seen.more) this.#settled.delete(maker);
    else this.#settled.set(maker, { answer, seen, state: extension.state, index });
    return answer;
  }

  /** Puts the index of accesses together: views in it are those of this extension, so that it has to be made anew. */
  indexed<T>(extension: Extension, collect: () => T): T {
    // Asked first: collecting forgets what the functions had before.
    const version = this.#versionIn(extension) ?? {};
    const { answer, seen } = this.#watch.during(extension.functions.length, collect);
    this.#index = { seen, state: extension.state, version };
    return answer;
  }

  #stands(extension: Extension, { seen, state, index }: Settled): boolean {
    const changed = this.#changedSince(state, extension.state);
    if (changed === null || changed.some(id => seen.functions[id] === 1)) return false;
    const hasNothing = (id: number): boolean => {
      const view = extension.functions[id]!;
      for (const [maker, find] of seen.questions)
        if (view.once(maker, () => find(view, extension)).length > 0) return false;
      return seen.calls.size === 0 || !outlineOf(view.body).calls.some(({ name }) => seen.calls.has(name));
    };
    if (!this.#watch.unseen(() => changed.every(hasNothing))) return false;
    return !seen.accesses || (index !== null && this.#versionIn(extension) === index);
  }

  /** Null when an index made now may say something else. */
  #versionIn(extension: Extension): object | null {
    const index = this.#index;
    if (index === null) return null;
    const changed = this.#changedSince(index.state, extension.state);
    if (changed === null || changed.some(id => index.seen.functions[id] === 1)) return null;
    if (!this.#watch.unseen(() => changed.every(id => extension.accessesAsBefore(id)))) return null;
    index.state = extension.state;
    return index.version;
  }

  /** Functions that are not what they were; null when more has changed. */
  #changedSince(before: State, now: State): readonly number[] | null {
    if (before === now) return [];
    if (this.#compared?.before !== before || this.#compared.now !== now)
      this.#compared = { before, now, changed: changedBetween(before, now) };
    return this.#compared.changed;
  }
}

function changedBetween(before: State, now: State): number[] | null {
  if (before.given !== now.given || before.standings.length !== now.standings.length) return null;
  if (before.common.some((one, index) => one !== now.common[index])) return null;
  const changed: number[] = [];
  for (let id = 0; id < now.standings.length; id++) {
    if (before.standings[id] === now.standings[id]) continue;
    changed.push(id);
    if (changed.length > MOST_CHANGED) return null;
  }
  return changed;
}

/**
 * What was worked out of single functions and can be worked out again. A session goes on for days over functions that nobody
 * edits: what no analysis has asked for in a row of them is let go of, and costs little when it is asked for once more.
 */

/** Analyses in a row. */
const ROW = 16;

let analyses = 0;
/** Those that hold something. They go with what they are part of. */
let memos: WeakRef<Memo<unknown>>[] = [];

/** The row that the next analysis belongs to. */
const row = (): number => Math.floor(analyses / ROW);

/** Once for each analysis, before it begins. */
export function nextAnalysis(): void {
  if (++analyses % ROW !== 0) return;
  memos = memos.filter(memo => memo.deref()?.lasts() === true);
}

/** By object, for as long as that lives. */
export class Lately<K extends object, V> {
  #recent = new WeakMap<K, V>();
  #older = new WeakMap<K, V>();
  #row = row();

  of(key: K, make: (key: K) => V): V {
    if (this.#row !== row()) this.#turn();
    let value = this.#recent.get(key);
    if (value === undefined) this.#recent.set(key, (value = this.#older.get(key) ?? make(key)));
    return value;
  }

  #turn(): void {
    this.#older = this.#recent;
    this.#recent = new WeakMap();
    this.#row = row();
  }
}

/** Part of an object that is asked too often to be looked up. */
export class Memo<T> {
  readonly #make: () => T;
  #value: T | null = null;
  #asked = false;

  constructor(make: () => T) {
    this.#make = make;
  }

  get value(): T {
    this.#asked = true;
    if (this.#value === null) {
      this.#value = this.#make();
      memos.push(new WeakRef(this));
    }
    return this.#value;
  }

  /** At the end of a row of analyses: it stays when one of them has asked. */
  lasts(): boolean {
    const asked = this.#asked;
    if (!asked) this.#value = null;
    this.#asked = false;
    return asked;
  }
}

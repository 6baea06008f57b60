/**
 * What translating the threads once has shown, for translating them again: which memory is ever written, which objects can
 * die, which fields there are. It only grows, and a program is built when it no longer does.
 */

/** Items that a container or an array has in the model. */
export const ITEMS = 3;

export class Knowledge {
  #changed = false;
  /** Every field of every object, by place: objects have one layout, so that a pointer can be read as any type. */
  readonly fields: string[] = ['ob_size', '[0]', '[1]', '[2]'];
  readonly #offsets = new Map(this.fields.map((path, i) => [path, i]));
  readonly written = new Set<string>();
  readonly writtenSomewhere = new Set<string>();
  readonly counted = new Set<string>();
  readonly freed = new Set<string>();
  readonly owned = new Set<string>();
  readonly borrowed = new Set<string>();
  readonly focus = new Set<string>();
  readonly visible = new Set<string>();
  readonly pointers = new Set<string>();
  readonly locks = new Set<string>();
  /** Cells and fields that cannot be left to what one thread knows: they are reached by pointers, or hold some. */
  readonly open = new Set<string>();
  /** Objects whose item is not theirs. */
  readonly weak = new Set<string>();
  readonly freedFrom = new Set<string>();
  /** Objects that live for ever: they come first in memory, so that an address tells them. */
  readonly immortals = new Map<string, string>();
  /** Lines of the functions that the threads run, by file: first and last. */
  readonly lines = new Map<string, readonly [number, number]>();
  /** Counted objects are items of objects that can go themselves. */
  nested = false;
  /** Cells that each thread touches. */
  readonly touchedBy = new Map<string, Set<number>>();

  learn(set: Set<string>, key: string): void {
    if (set.has(key)) return;
    set.add(key);
    this.#changed = true;
  }

  learnImmortal(name: string, type: string): void {
    this.immortals.set(name, type);
    this.#changed = true;
  }

  touch(key: string, thread: number): void {
    const threads = this.touchedBy.get(key);
    if (threads === undefined) this.touchedBy.set(key, new Set([thread]));
    else if (!threads.has(thread)) {
      threads.add(thread);
      this.#changed = true;
    }
  }

  /** Place of a field after the header; items of an array in a field stand side by side. */
  offset(path: string): number {
    const known = this.#offsets.get(path);
    if (known !== undefined) return known;
    this.#changed = true;
    const array = /^(.*)\[[0-2]\]$/.exec(path)?.[1];
    if (array === undefined) return this.#add(path);
    const first = this.#add(`${array}[0]`);
    for (let i = 1; i < ITEMS; i++) this.#add(`${array}[${i}]`);
    return this.#offsets.get(path) ?? first;
  }

  #add(path: string): number {
    const known = this.#offsets.get(path);
    if (known !== undefined) return known;
    const at = this.fields.push(path) - 1;
    this.#offsets.set(path, at);
    return at;
  }

  isWritten(object: string, path: string): boolean {
    return this.written.has(`${object}|${path}`) || this.writtenSomewhere.has(path);
  }

  /** The goals touch data, not only locks. */
  hasFocus(): boolean {
    for (const key of this.focus) if (!this.locks.has(key.replace(/^[^|]*\|/, ''))) return true;
    return false;
  }

  /** Whether anything was learnt since it was asked last. */
  settle(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }
}

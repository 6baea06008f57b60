/**
 * What somebody who asks about an extension gets to see of it. Whoever is asked tells the `Watch`, so that it is known after an edit
 * whether the answer can be another one: see `settled.ts`.
 */
import type { Extension } from './extension.ts';
import type { FunctionView } from './view.ts';

/** See `Extension.having`. */
export type Find<T> = (view: FunctionView, extension: Extension) => readonly T[];

export class Seen {
  /** 1 for each function that was looked into, by its number. */
  readonly functions: Uint8Array;
  /** Put to all functions: those that had nothing were not looked into. By what stands for the question. */
  readonly questions = new Map<object, Find<unknown>>();
  /** Names of which calls were looked for. */
  readonly calls = new Set<string>();
  /** Reads and writes of fields and globals, wherever they are. */
  accesses = false;
  /** Something that changes without notice: where things stand in their file, say. */
  more = false;

  constructor(functions: number) {
    this.functions = new Uint8Array(functions);
  }

  add(other: Seen): void {
    for (let id = 0; id < other.functions.length; id++) if (other.functions[id] === 1) this.functions[id] = 1;
    for (const [maker, find] of other.questions) this.questions.set(maker, find);
    for (const name of other.calls) this.calls.add(name);
    this.accesses ||= other.accesses;
    this.more ||= other.more;
  }
}

const NOTHING = new Seen(0);

export class Watch {
  /** Of who asks now: views mark their function here whenever they say something of it. At every step, so it has to be quick. */
  functions = NOTHING.functions;
  #seen: Seen | null = null;

  /** What `ask` answers, and what it saw. Who asked for it has seen nothing by that yet. */
  during<T>(functions: number, ask: () => T): { readonly answer: T; readonly seen: Seen } {
    const seen = new Seen(functions);
    return { answer: this.#with(seen, ask), seen };
  }

  /** What is asked here stays unseen. */
  unseen<T>(ask: () => T): T {
    return this.#with(null, ask);
  }

  note(seen: Seen): void {
    this.#seen?.add(seen);
  }

  question(maker: object, find: Find<unknown>): void {
    this.#seen?.questions.set(maker, find);
  }

  calls(name: string): void {
    this.#seen?.calls.add(name);
  }

  accesses(): void {
    if (this.#seen !== null) this.#seen.accesses = true;
  }

  more(): void {
    if (this.#seen !== null) this.#seen.more = true;
  }

  #with<T>(seen: Seen | null, ask: () => T): T {
    const before = this.#seen;
    this.#see(seen);
    try {
      return ask();
    } finally {
      this.#see(before);
    }
  }

  #see(seen: Seen | null): void {
    this.#seen = seen;
    this.functions = (seen ?? NOTHING).functions;
  }
}

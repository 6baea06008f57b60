/** Machine states met so far with the cheapest way to each: flat memory and an open-addressing hash, no object a state. */
import type { Machine } from '../machine/machine.ts';

export class StateStore {
  size = 0;
  /** By state: thread that made the last step, state before it, cost, and whether it was dealt with. */
  thread = new Int8Array(1024);
  preemptions = new Int32Array(1024);
  steps = new Int32Array(1024);
  closed = new Uint8Array(1024);
  private parent = new Int32Array(1024);
  private readonly width: number;
  private words: Int32Array;
  private table = new Int32Array(4096).fill(-1);

  /** `width`: integers in a state. */
  constructor(width: number) {
    this.width = width;
    this.words = new Int32Array(width * 1024);
  }

  /**
   * Keeps a state reached by a step of `thread` from `parent`. States are the same when memory, threads and last thread are.
   * Returns its number when this is the cheapest way to it so far, else -1.
   */
  offer(state: Int32Array, parent: number, thread: number, preemptions: number, steps: number): number {
    if (this.size * 2 >= this.table.length) this.growTable();
    let slot = this.hash(state, thread) & (this.table.length - 1);
    for (;;) {
      const id = this.table[slot]!;
      if (id < 0) break;
      if (this.thread[id] === thread && this.same(id, state)) {
        const known = this.preemptions[id]!;
        if (known < preemptions || (known === preemptions && this.steps[id]! < steps)) return -1;
        if (known === preemptions && this.steps[id] === steps) {
          if (this.comesFirst(parent, this.parent[id]!)) this.parent[id] = parent;
          return -1;
        }
        this.set(id, parent, thread, preemptions, steps);
        return id;
      }
      slot = (slot + 1) & (this.table.length - 1);
    }
    const id = this.size++;
    if (id === this.thread.length) this.growStates();
    this.table[slot] = id;
    this.words.set(state, id * this.width);
    this.set(id, parent, thread, preemptions, steps);
    return id;
  }

  load(id: number, machine: Machine): void {
    machine.load(this.words.subarray(id * this.width, (id + 1) * this.width));
  }

  /** Threads in the order of their steps from the first state to this one. */
  path(id: number): number[] {
    const threads: number[] = [];
    for (let at = id; this.parent[at]! >= 0; at = this.parent[at]!) threads.push(this.thread[at]!);
    return threads.reverse();
  }

  /** Of two ways of the same length: lower thread numbers first. Then the run that is found does not depend on the search. */
  private comesFirst(a: number, b: number): boolean {
    let first = 0;
    let [x, y] = [a, b];
    for (; x !== y && x >= 0 && y >= 0; x = this.parent[x]!, y = this.parent[y]!) {
      if (this.thread[x] !== this.thread[y]) first = this.thread[x]! - this.thread[y]!;
    }
    return first < 0;
  }

  private set(id: number, parent: number, thread: number, preemptions: number, steps: number): void {
    this.parent[id] = parent;
    this.thread[id] = thread;
    this.preemptions[id] = preemptions;
    this.steps[id] = steps;
    this.closed[id] = 0;
  }

  private same(id: number, state: Int32Array): boolean {
    const start = id * this.width;
    for (let i = 0; i < this.width; i++) if (this.words[start + i] !== state[i]) return false;
    return true;
  }

  /** FNV-1a over whole words. */
  private hash(state: Int32Array, thread: number): number {
    let h = (0x811c9dc5 ^ thread) | 0;
    for (let i = 0; i < this.width; i++) h = Math.imul(h ^ state[i]!, 0x01000193);
    return (h ^ (h >>> 15)) >>> 0;
  }

  private growTable(): void {
    this.table = new Int32Array(this.table.length * 4).fill(-1);
    for (let id = 0; id < this.size; id++) {
      const state = this.words.subarray(id * this.width, (id + 1) * this.width);
      let slot = this.hash(state, this.thread[id]!) & (this.table.length - 1);
      while (this.table[slot]! >= 0) slot = (slot + 1) & (this.table.length - 1);
      this.table[slot] = id;
    }
  }

  private growStates(): void {
    const size = this.thread.length * 2;
    const wider = (old: Int32Array, width = 1): Int32Array<ArrayBuffer> => {
      const fresh = new Int32Array(size * width);
      fresh.set(old);
      return fresh;
    };
    const thread = new Int8Array(size);
    thread.set(this.thread);
    this.thread = thread;
    const closed = new Uint8Array(size);
    closed.set(this.closed);
    this.closed = closed;
    this.preemptions = wider(this.preemptions);
    this.steps = wider(this.steps);
    this.parent = wider(this.parent);
    this.words = wider(this.words, this.width);
  }
}

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
  private hashes = new Int32Array(1024);
  private readonly initial: Int32Array;
  /** What of each state is not as in the initial one, place and value in turn; most is. State `id` ends where the next begins. */
  private changes = new Int32Array(1 << 14);
  private begins = new Int32Array(1025);
  private table = new Int32Array(4096).fill(-1);

  constructor(initial: Int32Array) {
    this.initial = initial.slice();
  }

  /**
   * Keeps a state reached by a step of `thread` from `parent`. States are the same when memory, threads and last thread are.
   * Returns its number when this is the cheapest way to it so far, else -1.
   */
  offer(state: Int32Array, parent: number, thread: number, preemptions: number, steps: number): number {
    if (this.size * 2 >= this.table.length) this.growTable();
    const end = this.append(state);
    const hash = this.hash(end, thread);
    let slot = hash & (this.table.length - 1);
    for (;;) {
      const id = this.table[slot]!;
      if (id < 0) break;
      if (this.hashes[id] === hash && this.thread[id] === thread && this.same(id, end)) {
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
    this.begins[id + 1] = end;
    this.hashes[id] = hash;
    this.set(id, parent, thread, preemptions, steps);
    return id;
  }

  load(id: number, machine: Machine): void {
    const { changes, begins } = this;
    machine.load(this.initial);
    for (let i = begins[id]!; i < begins[id + 1]!; i += 2) machine.state[changes[i]!] = changes[i + 1]!;
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

  /** Writes what has changed behind the last state; returns where it ends. */
  private append(state: Int32Array): number {
    const { initial } = this;
    let end = this.begins[this.size]!;
    if (end + state.length * 2 > this.changes.length) this.changes = wider(this.changes, (end + state.length * 2) * 2);
    const { changes } = this;
    for (let i = 0; i < state.length; i++) {
      const value = state[i]!;
      if (value === initial[i]) continue;
      changes[end] = i;
      changes[end + 1] = value;
      end += 2;
    }
    return end;
  }

  /** The state is the one that was just written behind the last. */
  private same(id: number, end: number): boolean {
    const { changes, begins } = this;
    const start = begins[id]!;
    const own = begins[this.size]!;
    if (begins[id + 1]! - start !== end - own) return false;
    for (let i = own; i < end; i++) if (changes[start + i - own] !== changes[i]) return false;
    return true;
  }

  /** FNV-1a over whole words. */
  private hash(end: number, thread: number): number {
    let h = (0x811c9dc5 ^ thread) | 0;
    for (let i = this.begins[this.size]!; i < end; i++) h = Math.imul(h ^ this.changes[i]!, 0x01000193);
    return h ^ (h >>> 15);
  }

  private growTable(): void {
    this.table = new Int32Array(this.table.length * 4).fill(-1);
    for (let id = 0; id < this.size; id++) {
      let slot = this.hashes[id]! & (this.table.length - 1);
      while (this.table[slot]! >= 0) slot = (slot + 1) & (this.table.length - 1);
      this.table[slot] = id;
    }
  }

  private growStates(): void {
    const size = this.thread.length * 2;
    const thread = new Int8Array(size);
    thread.set(this.thread);
    this.thread = thread;
    const closed = new Uint8Array(size);
    closed.set(this.closed);
    this.closed = closed;
    this.preemptions = wider(this.preemptions, size);
    this.steps = wider(this.steps, size);
    this.parent = wider(this.parent, size);
    this.hashes = wider(this.hashes, size);
    this.begins = wider(this.begins, size + 1);
  }
}

function wider(old: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const fresh = new Int32Array(size);
  fresh.set(old);
  return fresh;
}

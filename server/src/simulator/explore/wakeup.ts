/**
 * Wakeup trees: at each point of the execution, the orders that still have to be tried there. A branch is a sequence of
 * events that reverses some race; branches share prefixes, so that no order is tried twice.
 */
import { dependent, type Footprint, NOTHING } from './footprint.ts';

/** One event to take, and a chain of alternatives to what comes after it. Flat links: there can be a million of them. */
export class Branch {
  readonly thread: number;
  footprint: Footprint;
  /** First of the branches after this one, oldest first. */
  child: Branch | null = null;
  sibling: Branch | null = null;

  constructor(thread: number, footprint: Footprint = NOTHING) {
    this.thread = thread;
    this.footprint = footprint;
  }

  /** A thread has at most one next event, so there are at most as many children as threads. */
  append(branch: Branch): void {
    let last = this.child;
    if (last === null) {
      this.child = branch;
      return;
    }
    while (last.sibling !== null) last = last.sibling;
    last.sibling = branch;
  }
}

/** A sequence of events from which the first of a thread can be taken out. */
export class Sequence {
  length = 0;
  readonly threads: number[] = [];
  readonly footprints: Footprint[] = [];

  clear(): void {
    this.length = 0;
  }

  push(thread: number, footprint: Footprint): void {
    this.threads[this.length] = thread;
    this.footprints[this.length++] = footprint;
  }

  /**
   * Whether the sequence could begin with the thread's next event, whose footprint is given: nothing before the thread's
   * own first event depends on it; where the thread does not take part, nothing at all does.
   */
  canBeginWith(thread: number, footprint: Footprint): boolean {
    for (let i = 0; i < this.length; i++) {
      if (this.threads[i] === thread) return true;
      if (dependent(this.footprints[i]!, footprint)) return false;
    }
    return true;
  }

  removeFirstOf(thread: number): void {
    let at = 0;
    while (at < this.length && this.threads[at] !== thread) at++;
    if (at === this.length) return;
    this.length--;
    // By hand: `copyWithin` is many times slower on plain arrays.
    for (; at < this.length; at++) {
      this.threads[at] = this.threads[at + 1]!;
      this.footprints[at] = this.footprints[at + 1]!;
    }
  }
}

/** Adds the sequence (which is used up) below `root`, unless a branch covers it. Returns the number of new branches. */
export function insert(root: Branch, sequence: Sequence): number {
  let parent = root;
  descend: while (sequence.length > 0) {
    for (let branch = parent.child; branch !== null; branch = branch.sibling) {
      if (!sequence.canBeginWith(branch.thread, branch.footprint)) continue;
      // The end of a branch leaves the rest free: it will be explored with any continuation.
      if (branch.child === null) return 0;
      sequence.removeFirstOf(branch.thread);
      parent = branch;
      continue descend;
    }
    for (let i = 0; i < sequence.length; i++) {
      const branch = new Branch(sequence.threads[i]!, sequence.footprints[i]);
      parent.append(branch);
      parent = branch;
    }
    return sequence.length;
  }
  return 0;
}

/**
 * Wakeup trees: at each point of the execution, the orders that still have to be tried there. A branch is a sequence of
 * events that reverses some race; branches share prefixes, so that no order is tried twice.
 */
import { dependent, type Footprint, NOTHING } from './footprint.ts';

export class Branch {
  readonly thread: number;
  footprint: Footprint;
  readonly children: Branch[] = [];

  constructor(thread: number, footprint: Footprint = NOTHING) {
    this.thread = thread;
    this.footprint = footprint;
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
    const at = this.threads.indexOf(thread);
    if (at < 0 || at >= this.length) return;
    this.threads.copyWithin(at, at + 1, this.length);
    this.footprints.copyWithin(at, at + 1, this.length);
    this.length--;
  }
}

/** Adds the sequence (which is used up) to the tree, unless a branch covers it. Returns the number of new branches. */
export function insert(branches: Branch[], sequence: Sequence): number {
  let siblings = branches;
  descend: while (sequence.length > 0) {
    for (const branch of siblings) {
      if (!sequence.canBeginWith(branch.thread, branch.footprint)) continue;
      // The end of a branch leaves the rest free: it will be explored with any continuation.
      if (branch.children.length === 0) return 0;
      sequence.removeFirstOf(branch.thread);
      siblings = branch.children;
      continue descend;
    }
    for (let i = 0; i < sequence.length; i++) {
      const branch = new Branch(sequence.threads[i]!, sequence.footprints[i]);
      siblings.push(branch);
      siblings = branch.children;
    }
    return sequence.length;
  }
  return 0;
}

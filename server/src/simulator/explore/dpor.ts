/**
 * Optimal dynamic partial-order reduction (Abdulla, Aronis, Jonsson, Sagonas: source sets, wakeup trees, sleep sets): runs
 * one execution of each class of equivalent ones, two executions being equivalent when they order all dependent events
 * alike. The number of executions does not depend on the order of exploration. Depth-first, on one machine, by undoing.
 */
import type { Choices, Machine } from '../machine/machine.ts';
import { dependent, type Footprint } from './footprint.ts';
import { ExecutionLog } from './log.ts';
import { Branch, insert, Sequence } from './wakeup.ts';

export interface Visit {
  /** At the end of each execution: the machine and the log stand there. `false` stops the exploration. */
  execution(log: ExecutionLog, cut: boolean): boolean;
  /** Every few thousand events; `false` stops the exploration. */
  poll?(): boolean;
}

export interface Exploration {
  /** Executions that ended (in a final state or a deadlock), and those cut at `maxSteps`. */
  executions: number;
  cut: number;
  /** Executions given up because all that could follow was explored elsewhere: 0, or the reduction is not optimal. */
  blocked: number;
  /** Events run, repetitions included. */
  events: number;
  /** All executions were seen. */
  finished: boolean;
  /** Deepest execution, and the most wakeup branches that were waiting at once. */
  depth: number;
  branches: number;
}

const POLL_INTERVAL = 4096;

export class Explorer {
  private readonly machine: Machine;
  private readonly log: ExecutionLog;
  private readonly threads: number;
  private readonly visit: Visit;
  private readonly maxSteps: number;
  private readonly maxBranches: number;
  private readonly sequence = new Sequence();
  /** By depth: the machine's undo mark, threads asleep with the footprints of their next events, orders to try. */
  private readonly marks: number[] = [];
  private readonly sleeping: number[] = [];
  private readonly asleep: Footprint[] = [];
  private readonly wakeup: Branch[] = [];
  private waiting = 0;
  private stopped = false;
  private readonly result: Exploration = {
    executions: 0,
    cut: 0,
    blocked: 0,
    events: 0,
    finished: false,
    depth: 0,
    branches: 0,
  };

  /** `maxBranches`: orders that may wait to be tried at once; they are what takes memory. */
  constructor(machine: Machine, visit: Visit, maxSteps: number, maxBranches = Infinity) {
    // Sets of threads are one machine word (see `Bounds.threads`).
    if (machine.threads > 31) throw new Error('more than 31 threads');
    this.machine = machine;
    this.visit = visit;
    this.maxSteps = maxSteps;
    this.maxBranches = maxBranches;
    this.threads = machine.threads;
    this.log = new ExecutionLog(machine);
  }

  run(choices: Choices): Exploration {
    const { result } = this;
    this.machine.restart(choices);
    this.sleeping[0] = 0;
    this.wakeup[0] = new Branch(-1);
    let depth = this.descend(0);
    while (depth > 0 && !this.stopped) {
      depth = this.leave(depth);
      const { child } = this.wakeup[depth]!;
      if (child !== null) depth = this.descend(this.take(depth, child));
      // Nothing is left to try here: `depth` is left in turn.
    }
    result.finished = !this.stopped;
    return result;
  }

  /** Goes on from `depth` to the end of an execution, and deals with it. Returns the depth reached. */
  private descend(from: number): number {
    let depth = from;
    for (;;) {
      const parent = this.wakeup[depth]!;
      let branch = parent.child;
      if (branch === null) {
        const thread = depth < this.maxSteps ? this.pick(depth) : -1;
        if (thread < 0) {
          this.end(depth);
          return depth;
        }
        branch = new Branch(thread);
        parent.child = branch;
        this.waiting++;
      }
      depth = this.take(depth, branch);
      if (this.stopped) return depth;
    }
  }

  /** An enabled thread that is not asleep, the last one first; -1 when there is none. */
  private pick(depth: number): number {
    const sleeping = this.sleeping[depth]!;
    const last = depth > 0 ? this.log.thread[depth - 1]! : 0;
    for (let i = 0; i < this.threads; i++) {
      const t = i === 0 ? last : i <= last ? i - 1 : i;
      if ((sleeping & (1 << t)) === 0 && this.machine.enabled(t)) return t;
    }
    return -1;
  }

  private take(depth: number, branch: Branch): number {
    const { machine, log, threads } = this;
    const t = branch.thread;
    if (++this.result.events % POLL_INTERVAL === 0 && this.visit.poll?.() === false) this.stopped = true;
    this.marks[depth] = machine.mark();
    log.step(t);
    const footprint = log.footprints[depth]!;
    branch.footprint = footprint;
    // Those stay asleep whose next event does not depend on this one.
    const next = depth + 1;
    let sleeping = this.sleeping[depth]!;
    for (let rest = sleeping; rest !== 0; rest &= rest - 1) {
      const q = 31 - Math.clz32(rest & -rest);
      const other = this.asleep[depth * threads + q]!;
      if (!dependent(other, footprint)) this.asleep[next * threads + q] = other;
      else sleeping &= ~(1 << q);
    }
    this.sleeping[next] = sleeping;
    this.wakeup[next] = branch;
    return next;
  }

  /** Takes back the last event; from now on its thread sleeps there. Returns the depth before it. */
  private leave(depth: number): number {
    const { machine, log, threads } = this;
    const before = depth - 1;
    const t = log.thread[before]!;
    this.asleep[before * threads + t] = log.footprints[before]!;
    this.sleeping[before] = this.sleeping[before]! | (1 << t);
    const parent = this.wakeup[before]!;
    parent.child = parent.child!.sibling;
    this.waiting--;
    log.pop();
    machine.rewind(this.marks[before]!);
    return before;
  }

  private end(depth: number): void {
    const { result, machine } = this;
    const cut = depth >= this.maxSteps;
    if (depth > result.depth) result.depth = depth;
    let enabled = false;
    for (let t = 0; t < this.threads && !enabled; t++) enabled = machine.enabled(t);
    if (enabled && !cut) {
      result.blocked++;
    } else {
      if (cut && enabled) result.cut++;
      result.executions++;
      if (!this.visit.execution(this.log, cut && enabled)) this.stopped = true;
    }
    this.reverseRaces();
  }

  /**
   * All races of the execution, also those of events that earlier executions had: whether one needs an order of its own
   * depends on everything after its first event, and the end of this execution is new.
   */
  private reverseRaces(): void {
    const { log, machine } = this;
    for (let event = 0; event < log.length; event++) {
      const last = log.raceEnd(event);
      for (let r = log.raceBegin(event); r < last; r++) {
        this.reverse(log.raceFirst[r]!, log.thread[event]!, log.footprints[event]!, log.varies[event]!);
      }
    }
    // Threads that wait for ever could have been first.
    for (let t = 0; t < this.threads; t++) {
      const until = machine.condition(t);
      if (until === null || machine.enabled(t)) continue;
      for (const first of log.pendingRaces(t, until, machine.waitsFor(t))) this.reverse(first, t, [], true);
    }
  }

  /** Asks for an execution in which the thread's event comes before the event `first`. */
  private reverse(first: number, thread: number, footprint: Footprint, varies: boolean): void {
    const { log, sequence, threads } = this;
    sequence.clear();
    for (let e = first + 1; e < log.length; e++) {
      if (!log.before(first, e)) sequence.push(log.thread[e]!, log.footprints[e]!);
    }
    if (varies) {
      const now = this.footprintAfter(first, thread);
      if (now === null) return;
      sequence.push(thread, now);
    } else {
      sequence.push(thread, footprint);
    }
    for (let rest = this.sleeping[first]!; rest !== 0; rest &= rest - 1) {
      const q = 31 - Math.clz32(rest & -rest);
      if (sequence.canBeginWith(q, this.asleep[first * threads + q]!)) return;
    }
    this.waiting += insert(this.wakeup[first]!, sequence);
    if (this.waiting > this.result.branches) this.result.branches = this.waiting;
    if (this.waiting > this.maxBranches) this.stopped = true;
  }

  /**
   * What the thread's event touches after the sequence of `reverse`, found by running it there and coming back; null when
   * it would wait. An event that read something else may touch something else.
   */
  private footprintAfter(first: number, thread: number): Footprint | null {
    const { machine, sequence, log } = this;
    machine.rewind(this.marks[first]!);
    for (let i = 0; i < sequence.length; i++) machine.step(sequence.threads[i]!);
    let footprint: Footprint | null = null;
    if (machine.enabled(thread)) {
      machine.step(thread);
      footprint = machine.accesses.slice(0, machine.accessCount);
    }
    machine.rewind(this.marks[first]!);
    for (let e = first; e < log.length; e++) machine.step(log.thread[e]!);
    return footprint;
  }
}

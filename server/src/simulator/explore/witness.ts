/**
 * The failing run that is easiest to follow: fewest preemptions, then fewest steps. A uniform-cost search over states, with
 * equal states met once; what it finds is minimal, which no bounded partial-order reduction would promise.
 */
import { cellOf, orderOf, WRITE } from '../machine/access.ts';
import type { Choices, Machine } from '../machine/machine.ts';
import type { Failure, Judge } from './judge.ts';
import { StateStore } from './states.ts';
import type { Bounds, Execution, Watch } from './verify.ts';

export interface Witness extends Execution {
  readonly preemptions: number;
  readonly failure: Failure;
}

export interface Search {
  readonly witness: Witness | null;
  /** The search came to its end: the witness is minimal, or there is none. */
  readonly finished: boolean;
  readonly states: number;
}

const POLL_INTERVAL = 1024;

/** `failures`: a run that fails; `data-races`: one that ends in two accesses which form a data race. */
export type Sought = 'failures' | 'data-races';

/** Searches under each of the choices in turn. */
export function findWitness(
  machine: Machine,
  judge: Judge,
  choices: readonly Choices[],
  bounds: Bounds,
  watch: Watch = {},
  sought: Sought = 'failures',
): Search {
  let best: Witness | null = null;
  let finished = true;
  let states = 0;
  for (const choice of choices) {
    const search = new WitnessSearch(machine, judge, choice, bounds, watch, sought).run();
    states += search.states;
    finished &&= search.finished;
    if (search.witness !== null && (best === null || cheaper(search.witness, best))) best = search.witness;
  }
  return { witness: best, finished, states };
}

function cheaper(a: Witness, b: Witness): boolean {
  return a.preemptions === b.preemptions ? a.schedule.length < b.schedule.length : a.preemptions < b.preemptions;
}

/** Among equally short runs, the one in which the first thread goes first: it runs the code that the program is about. */
function earlier(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((thread, i) => thread !== b[i]);
  return at >= 0 && a[at]! < (b[at] ?? Infinity);
}

class WitnessSearch {
  private readonly machine: Machine;
  private readonly judge: Judge;
  private readonly choices: Choices;
  private readonly bounds: Bounds;
  private readonly watch: Watch;
  private readonly sought: Sought;
  private readonly end: number;
  private readonly store: StateStore;
  /** States to look at by preemptions, then by steps. */
  private readonly open: number[][][] = [];
  /** The two threads whose next accesses race, in the state that was looked at last. */
  private pair: readonly number[] = [];

  constructor(machine: Machine, judge: Judge, choices: Choices, bounds: Bounds, watch: Watch, sought: Sought) {
    this.machine = machine;
    this.sought = sought;
    this.judge = judge;
    this.choices = choices;
    this.bounds = bounds;
    this.watch = watch;
    this.end = (watch.now?.() ?? 0) + bounds.milliseconds;
    judge.prepare(choices);
    machine.restart(choices);
    this.store = new StateStore(machine.state);
  }

  run(): Search {
    const { store } = this;
    this.offer(-1, -1, 0, 0);
    for (let preemptions = 0; preemptions < this.open.length; preemptions++) {
      const bySteps = this.open[preemptions]!;
      for (let steps = 0; steps < bySteps.length; steps++) {
        let witness: Witness | null = null;
        for (const id of bySteps[steps] ?? []) {
          if (store.preemptions[id] !== preemptions || store.steps[id] !== steps || store.closed[id] === 1) continue;
          store.closed[id] = 1;
          const failure = this.expand(id, preemptions, steps);
          if (failure !== null) {
            const schedule = [...store.path(id), ...this.pair];
            if (witness === null || earlier(schedule, witness.schedule)) {
              witness = { choices: this.choices, schedule, preemptions, failure };
            }
          }
          if (store.size > this.bounds.states || (id % POLL_INTERVAL === 0 && this.isOver())) {
            return { witness: null, finished: false, states: store.size };
          }
        }
        if (witness !== null) return { witness, finished: true, states: store.size };
        bySteps[steps] = [];
      }
    }
    return { witness: null, finished: true, states: store.size };
  }

  private isOver(): boolean {
    return this.watch.stop?.() === true || (this.watch.now?.() ?? -Infinity) >= this.end;
  }

  /** Tries each thread from the state; returns the failure if the state itself is one. */
  private expand(id: number, preemptions: number, steps: number): Failure | null {
    const { machine, store, judge } = this;
    store.load(id, machine);
    if (this.sought === 'data-races') {
      const race = this.race(id);
      if (race !== null) return race;
    }
    if (judge.anyThreadFailed()) return this.sought === 'failures' ? judge.judge(null) : null;
    const last = store.thread[id]!;
    const goesOn = last >= 0 && machine.enabled(last);
    let enabled = false;
    for (let t = 0; t < machine.threads; t++) {
      if (!machine.enabled(t)) continue;
      enabled = true;
      if (steps >= this.bounds.steps) continue;
      machine.step(t);
      this.offer(id, t, preemptions + (goesOn && t !== last ? 1 : 0), steps + 1);
      store.load(id, machine);
    }
    return enabled || this.sought === 'data-races' ? null : judge.judge(null);
  }

  /** Two threads whose next accesses meet in one cell, one of them a write, one of them plain: nothing can be between them. */
  private race(id: number): Failure | null {
    const { machine, store } = this;
    const next: (readonly number[])[] = [];
    for (let t = 0; t < machine.threads; t++) {
      if (!machine.enabled(t)) continue;
      machine.step(t);
      next[t] = machine.accesses.slice(0, machine.accessCount);
      store.load(id, machine);
    }
    for (const [t, mine] of next.entries()) {
      for (let u = t + 1; u < next.length; u++) {
        const cell = meeting(mine ?? [], next[u] ?? []);
        if (cell < 0) continue;
        this.pair = [t, u];
        return { kind: 'data-race', thread: u };
      }
    }
    return null;
  }

  private offer(parent: number, thread: number, preemptions: number, steps: number): void {
    const id = this.store.offer(this.machine.state, parent, thread, preemptions, steps);
    if (id >= 0) ((this.open[preemptions] ??= [])[steps] ??= []).push(id);
  }
}

function meeting(a: readonly number[], b: readonly number[]): number {
  for (const one of a) {
    for (const other of b) {
      const write = ((one | other) & WRITE) !== 0;
      if (cellOf(one) === cellOf(other) && write && (orderOf(one) === 0 || orderOf(other) === 0)) return cellOf(one);
    }
  }
  return -1;
}

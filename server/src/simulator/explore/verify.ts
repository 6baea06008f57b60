/** The verdict on a program: all its inequivalent executions, for all choices, judged one by one. */
import { type Choices, Machine } from '../machine/machine.ts';
import type { Program } from '../machine/program.ts';
import type { FailureKind, Verdict } from '../playback.ts';
import { type DataRace, DataRaceDetector } from './data-races.ts';
import { Explorer } from './dpor.ts';
import { Judge } from './judge.ts';
import type { ExecutionLog } from './log.ts';

/** What bounds the work. A bound that is reached makes the verdict `capped`, never `complete`. */
export interface Bounds {
  /** Executions explored. */
  readonly executions: number;
  /** Events in one execution; longer ones are cut. */
  readonly steps: number;
  /** Ways to resolve the choices that are tried. */
  readonly choices: number;
  /** Orders that wait to be tried at once, one small object for each of their steps: what bounds memory. */
  readonly branches: number;
  /** States looked at in the search for the shortest failing run. */
  readonly states: number;
  /** Threads. A set of them is one machine word: 31 is also the most that can be asked for. */
  readonly threads: number;
  /** Time for the exploration, and again for the search; only where `Watch.now` tells the time. */
  readonly milliseconds: number;
}

export const DEFAULT_BOUNDS: Bounds = {
  executions: 1_000_000,
  steps: 1000,
  choices: 256,
  branches: 4_000_000,
  states: 1_000_000,
  threads: 31,
  milliseconds: 10_000,
};

/** How the caller stops the work and hears about it. The engine has no clock of its own. */
export interface Watch {
  /** Milliseconds, only for differences. */
  readonly now?: () => number;
  /** Asked every few thousand events. */
  readonly stop?: () => boolean;
  readonly progress?: (explored: number, failing: number) => void;
}

export interface Verification {
  readonly verdict: Verdict;
  /** All ways to resolve the choices that some execution asked for; the first one takes every first option. */
  readonly choices: readonly Choices[];
  /** Pairs of plain accesses that nothing orders, in any execution. */
  readonly dataRaces: readonly DataRace[];
  /** Executions with such a pair. */
  readonly raced: number;
  /** Executions given up as redundant: always 0. */
  readonly redundant: number;
  /** The first execution that failed, and the first with a data race: any, not the shortest. */
  readonly failed: Execution | null;
  readonly racing: Execution | null;
}

/** Threads in the order in which they step, and how their choices were resolved. */
export interface Execution {
  readonly choices: Choices;
  readonly schedule: readonly number[];
}

export interface VerifyOptions {
  readonly bounds?: Partial<Bounds>;
  readonly watch?: Watch;
  readonly dataRaces?: boolean;
}

export function verify(program: Program, options: VerifyOptions = {}): Verification {
  return new Verifier(program, options).run();
}

function threadsOf(log: ExecutionLog, last: number): number[] {
  return [...log.thread.subarray(0, last + 1)];
}

class Verifier {
  private readonly machine: Machine;
  private readonly judge: Judge;
  private readonly bounds: Bounds;
  private readonly watch: Watch;
  private readonly races: DataRaceDetector | null;
  private readonly kinds: Partial<Record<FailureKind, number>> = {};
  private readonly queue: Choices[] = [[]];
  private readonly known = new Set<string>(['']);
  private explored = 0;
  private failing = 0;
  private redundant = 0;
  private raced = 0;
  private failed: Execution | null = null;
  private racing: Execution | null = null;
  private cap: string | undefined;
  private cancelled = false;
  private full = false;
  private readonly end: number;

  constructor(program: Program, options: VerifyOptions) {
    this.machine = new Machine(program);
    this.judge = new Judge(this.machine);
    this.bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
    this.watch = options.watch ?? {};
    this.end = (this.watch.now?.() ?? 0) + this.bounds.milliseconds;
    this.races = options.dataRaces === true ? new DataRaceDetector(this.machine) : null;
  }

  run(): Verification {
    const { threads } = this.bounds;
    if (this.machine.threads > threads) this.cap = `more than ${threads} threads`;
    else for (let i = 0; i < this.queue.length && !this.stopped(); i++) this.explore(this.queue[i]!);
    const verdict: Verdict = {
      coverage: this.cancelled ? 'cancelled' : this.cap === undefined ? 'complete' : 'capped',
      explored: this.explored,
      failing: this.failing,
      kinds: this.kinds,
      ...(this.cap === undefined ? {} : { cap: this.cap }),
    };
    const { raced, redundant, failed, racing, queue: choices } = this;
    return { verdict, choices, dataRaces: this.races?.found() ?? [], raced, redundant, failed, racing };
  }

  private stopped(): boolean {
    return this.cancelled || this.full || this.late();
  }

  private late(): boolean {
    if (this.watch.now === undefined || this.watch.now() < this.end) return false;
    this.cap = `${this.bounds.milliseconds} ms`;
    return true;
  }

  private explore(choices: Choices): void {
    if (!this.judge.prepare(choices)) this.cap = 'outcomes of so many threads are not compared with serial ones';
    const { bounds, watch } = this;
    const explorer = new Explorer(
      this.machine,
      {
        execution: (log, cut) => {
          if (this.machine.runaway) {
            this.cap = 'a loop that touches nothing shared did not end';
            return false;
          }
          if (cut) this.cap = `executions of more than ${bounds.steps} steps were cut`;
          this.branchOut(choices);
          if (!this.usesAll(choices)) return true;
          if (this.explored >= bounds.executions) {
            this.cap = `${bounds.executions} executions`;
            return false;
          }
          this.explored++;
          const racing = this.races?.scan(log) ?? null;
          if (racing !== null) {
            this.raced++;
            this.racing ??= { choices, schedule: threadsOf(log, racing.second) };
          }
          const failure = cut ? null : this.judge.judge(log);
          if (failure !== null) {
            this.failing++;
            const { kind, thread } = failure;
            // Whoever fails stops.
            const last = thread === undefined || kind === 'deadlock' ? log.length - 1 : log.lastOf(thread);
            this.failed ??= { choices, schedule: threadsOf(log, last) };
            this.kinds[failure.kind] = (this.kinds[failure.kind] ?? 0) + 1;
          }
          return true;
        },
        poll: () => {
          watch.progress?.(this.explored, this.failing);
          if (watch.stop?.() === true) this.cancelled = true;
          return !this.cancelled && !this.late();
        },
      },
      bounds.steps,
      bounds.branches,
    );
    const { blocked, branches } = explorer.run(choices);
    this.redundant += blocked;
    if (branches > bounds.branches) {
      this.full = true;
      this.cap = `${bounds.branches} orders waiting to be tried`;
    }
  }

  /** An execution that does not come to its last choice is the same as one with other choices: not counted again. */
  private usesAll(choices: Choices): boolean {
    return choices.every((made, thread) => made.length <= this.machine.choicesMade(thread));
  }

  /** Other options for the choices that this execution made by default. */
  private branchOut(choices: Choices): void {
    const { machine } = this;
    for (let t = 0; t < machine.threads; t++) {
      const fixed = choices[t]?.length ?? 0;
      for (let i = fixed; i < machine.choicesMade(t); i++) {
        for (let option = 1; option < machine.options[t]![i]!; option++) this.enqueue(choices, t, i, option);
      }
    }
  }

  private enqueue(choices: Choices, thread: number, ordinal: number, option: number): void {
    const next = this.machine.program.threads.map((_, t) => [...(choices[t] ?? [])]);
    const own = next[thread]!;
    while (own.length < ordinal) own.push(0);
    own.push(option);
    const key = next.map(made => made.join(' ')).join('|');
    if (this.known.has(key)) return;
    if (this.queue.length >= this.bounds.choices) {
      this.cap = `${this.bounds.choices} ways to resolve the choices`;
      return;
    }
    this.known.add(key);
    this.queue.push(next);
  }
}

/**
 * Races of findings in a thread of their own: nobody who types waits for one. The thread starts with the first race and is
 * given one at a time, those that somebody waits for first.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FixedDemonstration } from '../demonstrate/model.ts';
import type { DemonstrationTask } from '../workspace/demonstrator.ts';
import type { Errand } from '../workspace/service.ts';

/** Milliseconds after which the thread is ended: budgets stop a race much earlier, and a mistake of ours must not last. */
const LONGEST = 30_000;
/** Milliseconds without a race after which the thread gives back what it holds: as much as the server does for itself. */
const IDLE = 5 * 60_000;

/** Milliseconds between looks at whether somebody still waits for the race that runs. */
const GLANCE = 25;

/** What the thread is started for: see `race-worker.ts`. */
export const RACES = 'races';

/** What a race is refused with that nobody waits for. */
export const CANCELLED = 'The race was cancelled.';

/** `stopped`: memory of both threads, not zero when nobody waits for the race any more. */
export interface RaceOrder {
  readonly task: DemonstrationTask;
  readonly stopped: Int32Array;
}

export interface RaceAnswer {
  readonly demonstration?: FixedDemonstration;
  readonly error?: string;
}

interface Job {
  readonly task: DemonstrationTask;
  readonly errand: Errand;
  readonly resolve: (demonstration: FixedDemonstration) => void;
  readonly reject: (error: Error) => void;
}

export class RaceThread {
  readonly #program: string;
  readonly #longest: number;
  #worker: Worker | null = null;
  #waiting: Job[] = [];
  #running: Job | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watching: ReturnType<typeof setInterval> | undefined;

  /** Null when the thread's program did not come along: the caller can play races in its own thread. */
  static find(longest = LONGEST): RaceThread | null {
    const here = dirname(fileURLToPath(import.meta.url));
    const program = ['worker.cjs', 'race-worker.ts'].map(name => join(here, name)).find(existsSync);
    return program === undefined ? null : new RaceThread(program, longest);
  }

  private constructor(program: string, longest: number) {
    this.#program = program;
    this.#longest = longest;
  }

  /** Rejects when it was cancelled, when it took too long, and when it failed by a mistake of ours. */
  demonstrate(task: DemonstrationTask, errand: Errand = {}): Promise<FixedDemonstration> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, errand, resolve, reject });
      this.#next();
    });
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    const stopped = new Error('The thread was stopped.');
    for (const job of this.#waiting.splice(0)) job.reject(stopped);
    this.#ended(worker, stopped);
    await worker?.terminate();
  }

  #next(): void {
    if (this.#running !== null) return;
    for (const job of this.#waiting.filter(one => one.errand.signal?.aborted === true))
      job.reject(new Error(CANCELLED));
    this.#waiting = this.#waiting.filter(job => job.errand.signal?.aborted !== true);
    const job = this.#waiting.find(one => one.errand.patient !== true) ?? this.#waiting[0];
    if (job === undefined) return this.#rest();
    this.#waiting = this.#waiting.filter(one => one !== job);
    this.#running = job;
    this.#worker ??= this.#start();
    const stopped = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    this.#worker.postMessage({ task: job.task, stopped } satisfies RaceOrder);
    this.#watch(job.errand, stopped);
    this.#endAfter(this.#longest, new Error(`The race took more than ${this.#longest / 1000} seconds.`));
  }

  /** The thread is busy and hears no messages: it is told where it looks. */
  #watch({ signal }: Errand, stopped: Int32Array): void {
    if (signal === undefined) return;
    this.#watching = setInterval(() => {
      if (signal.aborted) Atomics.store(stopped, 0, 1);
    }, GLANCE);
    this.#watching.unref();
  }

  #rest(): void {
    if (this.#worker !== null) this.#endAfter(IDLE, new Error('Nothing was asked for.'));
  }

  #endAfter(milliseconds: number, error: Error): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const worker = this.#worker;
      this.#ended(worker, error);
      void worker?.terminate();
    }, milliseconds);
    this.#timer.unref();
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { workerData: RACES });
    // It must not keep the process alive.
    worker.unref();
    worker.on('message', (answer: RaceAnswer) => this.#answered(worker, answer));
    worker.on('error', error => this.#ended(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', code => this.#ended(worker, new Error(`The thread ended with code ${code}.`)));
    return worker;
  }

  #answered(worker: Worker, { demonstration, error }: RaceAnswer): void {
    if (worker !== this.#worker) return;
    const job = this.#done();
    if (demonstration === undefined) job?.reject(new Error(error));
    else job?.resolve(demonstration);
    this.#next();
  }

  /** The next race starts another thread. */
  #ended(worker: Worker | null, error: Error): void {
    if (worker !== this.#worker) return;
    this.#worker = null;
    this.#done()?.reject(error);
    this.#next();
  }

  #done(): Job | null {
    clearTimeout(this.#timer);
    clearInterval(this.#watching);
    const job = this.#running;
    this.#running = null;
    return job;
  }
}

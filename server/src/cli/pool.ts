/** Extensions checked in threads: the analysis of one does not wait for that of another. */
import { Worker } from 'node:worker_threads';
import type { CheckedFile, CheckRequest } from '../workspace/checker.ts';
import type { Signal } from '../workspace/service.ts';
import { workerProgram } from './resources.ts';

export interface WorkerAnswer {
  readonly id: number;
  readonly files: readonly CheckedFile[] | null;
  readonly error?: string;
}

interface Job {
  readonly request: CheckRequest;
  readonly signal: Signal | undefined;
  readonly resolve: (files: readonly CheckedFile[] | null) => void;
  readonly reject: (error: Error) => void;
}

export class CheckPool {
  readonly #program: string;
  readonly #workers = new Set<Worker>();
  readonly #idle: Worker[] = [];
  readonly #waiting: Job[] = [];
  readonly #running = new Map<Worker, Job>();
  #jobs = 0;

  /** Null when the worker's program did not come along: then everything runs in one thread. */
  static start(size: number, program: string | null = workerProgram()): CheckPool | null {
    return program === null ? null : new CheckPool(program, size);
  }

  readonly size: number;

  private constructor(program: string, size: number) {
    this.#program = program;
    this.size = size;
    for (let i = 0; i < size; i++) this.#add();
  }

  #add(): void {
    const worker = new Worker(this.#program);
    this.#workers.add(worker);
    this.#idle.push(worker);
    worker.on('message', (answer: WorkerAnswer) => this.#answered(worker, answer));
    worker.on('error', error => this.#failed(worker, error));
    worker.on('exit', code => this.#failed(worker, new Error(`A thread ended with code ${code}.`)));
  }

  check(request: CheckRequest, signal?: Signal): Promise<readonly CheckedFile[] | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, signal, resolve, reject });
      this.#next();
    });
  }

  async stop(): Promise<void> {
    const workers = [...this.#workers];
    this.#workers.clear();
    await Promise.all(workers.map(worker => worker.terminate()));
  }

  #next(): void {
    for (;;) {
      const worker = this.#idle.pop();
      if (!worker) return;
      const job = this.#waiting.shift();
      if (!job) {
        this.#idle.push(worker);
        return;
      }
      if (job.signal?.aborted) {
        this.#idle.push(worker);
        job.resolve(null);
        continue;
      }
      this.#running.set(worker, job);
      worker.postMessage({ id: this.#jobs++, request: job.request });
    }
  }

  #answered(worker: Worker, answer: WorkerAnswer): void {
    const job = this.#running.get(worker);
    this.#running.delete(worker);
    this.#idle.push(worker);
    if (answer.error === undefined) job?.resolve(answer.files);
    else job?.reject(new Error(answer.error));
    this.#next();
  }

  /** A thread that died takes its job with it (out of memory, say); another takes its place. */
  #failed(worker: Worker, error: unknown): void {
    // Ended by us, or failed before it ended.
    if (!this.#workers.delete(worker)) return;
    const job = this.#running.get(worker);
    this.#running.delete(worker);
    // One that never got a job can't be started at all: nobody takes its place, or it would go on for ever.
    const idle = this.#idle.indexOf(worker);
    if (idle >= 0) this.#idle.splice(idle, 1);
    const failure = error instanceof Error ? error : new Error(String(error));
    job?.reject(failure);
    if (job) this.#add();
    else if (this.#workers.size === 0) for (const waiting of this.#waiting.splice(0)) waiting.reject(failure);
    this.#next();
  }
}

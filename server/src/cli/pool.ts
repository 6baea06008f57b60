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
  readonly #workers: readonly Worker[];
  readonly #idle: Worker[];
  readonly #waiting: Job[] = [];
  readonly #running = new Map<Worker, Job>();
  #jobs = 0;

  /** Null when the worker's program did not come along: then everything runs in one thread. */
  static start(size: number): CheckPool | null {
    const program = workerProgram();
    return program === null ? null : new CheckPool(Array.from({ length: size }, () => new Worker(program)));
  }

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    this.#idle = [...workers];
    for (const worker of workers) {
      worker.on('message', (answer: WorkerAnswer) => this.#answered(worker, answer));
      worker.on('error', error => this.#failed(worker, error));
    }
  }

  get size(): number {
    return this.#workers.length;
  }

  check(request: CheckRequest, signal?: Signal): Promise<readonly CheckedFile[] | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, signal, resolve, reject });
      this.#next();
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.terminate()));
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

  /** A thread that died takes its job with it; the others go on. */
  #failed(worker: Worker, error: unknown): void {
    this.#running.get(worker)?.reject(error instanceof Error ? error : new Error(String(error)));
    this.#running.delete(worker);
  }
}

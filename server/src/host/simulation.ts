/**
 * Programs explored in a thread of their own, so that whoever asks stays responsive. Programs are plain data and travel as
 * they are; a word of shared memory tells the thread that nobody waits any more.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Bounds } from '../simulator/explore/verify.ts';
import type { Program } from '../simulator/machine/program.ts';
import type { Schedule } from '../simulator/play/schedule.ts';
import type { ModelName, Run } from '../simulator/playback.ts';

export interface SimulationTask {
  readonly program: Program;
  readonly model: ModelName;
  readonly bounds?: Partial<Bounds>;
  readonly schedule?: Schedule;
}

export interface SimulationRequest extends SimulationTask {
  readonly id: number;
  /** Four bytes; not 0: stop. */
  readonly cancelled: SharedArrayBuffer;
}

export interface Progress {
  readonly explored: number;
  readonly failing: number;
}

export interface SimulationAnswer {
  readonly id: number;
  readonly run?: Run;
  readonly error?: string;
  readonly progress?: Progress;
}

interface Pending {
  readonly resolve: (run: Run) => void;
  readonly reject: (error: Error) => void;
  readonly progress: ((progress: Progress) => void) | undefined;
}

export class SimulationThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #requests = 0;

  /** Null when the thread's program did not come along: the caller can explore in its own thread. */
  static start(): SimulationThread | null {
    const here = dirname(fileURLToPath(import.meta.url));
    const program = ['simulation-worker.cjs', 'simulation-worker.ts'].map(name => join(here, name)).find(existsSync);
    return program === undefined ? null : new SimulationThread(program);
  }

  private constructor(program: string) {
    this.#worker = new Worker(program);
    // It must not keep the process alive.
    this.#worker.unref();
    this.#worker.on('message', (answer: SimulationAnswer) => this.#answered(answer));
    this.#worker.on('error', error => this.#failed(error));
  }

  /**
   * The program's verdict and the run to show. Tasks are done one after the other. A cancelled one resolves too, with the
   * verdict `cancelled`. Rejects when the program breaks the rules of the step language, or the thread has ended.
   */
  run(task: SimulationTask, signal?: AbortSignal, progress?: (progress: Progress) => void): Promise<Run> {
    const cancelled = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const cancel = (): void => void Atomics.store(new Int32Array(cancelled), 0, 1);
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    const id = this.#requests++;
    return new Promise<Run>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, progress });
      this.#worker.postMessage({ ...task, id, cancelled } satisfies SimulationRequest);
    }).finally(() => signal?.removeEventListener('abort', cancel));
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
    this.#failed(new Error('the simulation thread was stopped'));
  }

  #answered({ id, run, error, progress }: SimulationAnswer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    if (progress !== undefined) {
      pending.progress?.(progress);
      return;
    }
    this.#pending.delete(id);
    if (run !== undefined) pending.resolve(run);
    else pending.reject(new Error(error));
  }

  #failed(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

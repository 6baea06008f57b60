/** A thread of `simulation.ts`: explores one program after the other, and can be told to stop in the middle. */
import { parentPort } from 'node:worker_threads';
import { simulate } from '../simulator/play/run.ts';
import type { SimulationAnswer, SimulationRequest } from './simulation.ts';

/** Progress is told at most so often, in milliseconds. */
const INTERVAL = 100;

parentPort?.on('message', (request: SimulationRequest) => parentPort?.postMessage(answer(request)));

function answer({ id, program, model, bounds, schedule, cancelled }: SimulationRequest): SimulationAnswer {
  const flag = new Int32Array(cancelled);
  let told = performance.now();
  const watch = {
    now: () => performance.now(),
    stop: () => Atomics.load(flag, 0) !== 0,
    progress: (explored: number, failing: number) => {
      if (performance.now() - told < INTERVAL) return;
      told = performance.now();
      parentPort?.postMessage({ id, progress: { explored, failing } } satisfies SimulationAnswer);
    },
  };
  try {
    const options = {
      watch,
      ...(bounds === undefined ? {} : { bounds }),
      ...(schedule === undefined ? {} : { schedule }),
    };
    return { id, run: simulate(program, model, options).run };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

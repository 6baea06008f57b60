/** The thread of `race-thread.ts`: plays the race of one finding after the other. */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { Demonstrator } from '../workspace/demonstrator.ts';
import { loadCore } from './core.ts';
import { nodeHost } from './node-host.ts';
import { CANCELLED, RACES, type RaceAnswer, type RaceOrder } from './race-thread.ts';

// In the shipped program the same file checks extensions as well; what it is started for says which.
if (workerData === RACES) playRaces();

function playRaces(): void {
  stepBack();
  const demonstrator = loadCore().then(core => new Demonstrator(core, file => nodeHost.readFile(file)));
  parentPort?.on('message', (order: RaceOrder) => {
    void answer(demonstrator, order).then(reply => parentPort?.postMessage(reply));
  });
}

/** Whoever types comes first where processors are few. Linux gives threads priorities of their own; elsewhere they are equal. */
function stepBack(): void {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread > 0) setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not Linux, or not allowed.
  }
}

async function answer(demonstrator: Promise<Demonstrator>, { task, stopped }: RaceOrder): Promise<RaceAnswer> {
  const stop = (): boolean => Atomics.load(stopped, 0) !== 0;
  try {
    return { demonstration: await (await demonstrator).run(task, stop) };
  } catch (error) {
    if (stop()) return { error: CANCELLED };
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

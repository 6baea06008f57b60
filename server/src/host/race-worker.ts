/** The thread of `race-thread.ts`: plays the race of one finding after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { type DemonstrationTask, Demonstrator } from '../workspace/demonstrator.ts';
import { loadCore } from './core.ts';
import { nodeHost } from './node-host.ts';
import { RACES, type RaceAnswer } from './race-thread.ts';

// In the shipped program the same file checks extensions as well; what it is started for says which.
if (workerData === RACES) playRaces();

function playRaces(): void {
  const demonstrator = loadCore().then(core => new Demonstrator(core, file => nodeHost.readFile(file)));
  parentPort?.on('message', (task: DemonstrationTask) => {
    void answer(demonstrator, task).then(reply => parentPort?.postMessage(reply));
  });
}

async function answer(demonstrator: Promise<Demonstrator>, task: DemonstrationTask): Promise<RaceAnswer> {
  try {
    return { demonstration: await (await demonstrator).run(task) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

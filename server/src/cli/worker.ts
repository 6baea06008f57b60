/** A thread of `pool.ts`: checks the extensions that it is sent, one after the other. Shipped together with the thread that plays races. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadCore } from '../host/core.ts';
import { batchHost } from '../host/node-host.ts';
import '../host/race-worker.ts';
import { RACES } from '../host/race-thread.ts';
import { Checker, type CheckRequest } from '../workspace/checker.ts';
import type { WorkerAnswer } from './pool.ts';

// One program for both kinds of threads: the core is most of it.
if (workerData !== RACES) checkExtensions();

function checkExtensions(): void {
  const checker = loadCore().then(
    core => new Checker({ core, text: file => batchHost.readFile(file), pause: async () => {} }),
  );
  parentPort?.on('message', ({ id, request }: { readonly id: number; readonly request: CheckRequest }) => {
    void answer(checker, id, request).then(reply => parentPort?.postMessage(reply));
  });
}

async function answer(checker: Promise<Checker>, id: number, request: CheckRequest): Promise<WorkerAnswer> {
  try {
    const files = await (await checker).check(request);
    (await checker).drop(request.files, request.shared);
    return { id, files };
  } catch (error) {
    return { id, files: null, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

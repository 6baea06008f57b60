/** The server as a process: over stdio or node-ipc, as its arguments say, on the files of this machine. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import manifest from '../../../package.json' with { type: 'json' };
import { loadCore } from '../host/core.ts';
import { nodeHost } from '../host/node-host.ts';
import { RaceThread } from '../host/race-thread.ts';
import { FAMILIES } from '../rules/finding.ts';
import { readOverrides } from '../workspace/configuration.ts';
import { Workspace } from '../workspace/workspace.ts';
import { collector } from './collector.ts';
import { Rest } from './rest.ts';
import { createServer } from './server.ts';

// A server lives long beside an editor: it collects garbage before the heap has grown by a third and keeps little room for new
// objects, where the defaults take twice the memory. Costs no measurable time, because what is used stays closer together.
setFlagsFromString('--heap-growing-percent=30');
setFlagsFromString('--semi-space-growth-factor=1');

function later(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}

const here = path.dirname(fileURLToPath(import.meta.url));
/** Beside the bundle, or in the repository when it runs from sources. */
const pages = [path.join(here, 'rules'), path.join(here, '../../../docs/rules')].find(place => existsSync(place));

const connection = createConnection(ProposedFeatures.all);

// A request's own errors are caught in its guard; what still gets here is a bug, and killing the process would hide it.
process.on('uncaughtException', error => connection.console.error(`Uncaught: ${error.stack ?? error.message}`));
process.on('unhandledRejection', reason => connection.console.error(`Unhandled: ${String(reason)}`));

createServer(connection, {
  version: manifest.version,
  async createService(values, folders) {
    const core = await loadCore();
    const races = RaceThread.find();
    const vocabulary = { rules: core.rules.map(rule => rule.id), families: FAMILIES };
    return new Workspace({
      host: nodeHost,
      core,
      folders,
      overrides: async file => {
        const { values: checked, problems } = readOverrides(await values(file), vocabulary);
        for (const problem of problems) connection.console.warn(`Settings: ${problem}`);
        return checked;
      },
      pause: () => new Promise(resolve => setImmediate(resolve)),
      ...(races === null ? {} : { demonstrate: (task, errand) => races.demonstrate(task, errand) }),
    });
  },
  readFile: file => nodeHost.readFile(file),
  rulePage(rule) {
    const page = pages === undefined ? null : path.join(pages, `${rule}.md`);
    return page !== null && existsSync(page) ? pathToFileURL(page).href : null;
  },
  now: () => performance.now(),
  later,
  touched: new Rest({ later, collect: collector() }).touched,
});
connection.listen();

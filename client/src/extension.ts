/** The extension's two ends. Everything else is in the file that is named after it. */
import { type ExtensionContext, window } from 'vscode';
import { registerCommands } from './commands.ts';
import { registerExplanations } from './explain.ts';
import { FindingRaces } from './race-finding.ts';
import { RaceView } from './race-view.ts';
import { Server } from './server.ts';
import { ServerStatus } from './status.ts';

let server: Server | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel('Gilproof', { log: true });
  const status = new ServerStatus();
  server = new Server(context, log, status);
  const race: RaceView = new RaceView(context, about => findings.restored(about));
  const findings = new FindingRaces(server, race);
  context.subscriptions.push(log, status, server, race);
  context.subscriptions.push(...registerCommands({ context, log, server, race, findings }));
  context.subscriptions.push(...registerExplanations(server));
  await server.start();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

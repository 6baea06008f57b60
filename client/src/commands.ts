/** The commands of the palette. */

import { commands, type Disposable, type ExtensionContext, type LogOutputChannel, window } from 'vscode';
import { WHY_NO_FIX } from '../../server/src/lsp/messages.ts';
import { runRaceDemo } from './race-demo.ts';
import type { FindingRaces } from './race-finding.ts';
import type { RaceView } from './race-view.ts';
import { openRulePage } from './rule-pages.ts';
import { scanWorkspace } from './scan.ts';
import type { Server } from './server.ts';
import { sayWhyNoFix } from './why-no-fix.ts';

export interface CommandContext {
  readonly context: ExtensionContext;
  readonly log: LogOutputChannel;
  readonly server: Server;
  readonly race: RaceView;
  readonly findings: FindingRaces;
}

export function registerCommands({ context, log, server, race, findings }: CommandContext): Disposable[] {
  const table: Record<string, (argument: unknown) => unknown> = {
    'gilproof.restartServer': () => server.restart(),
    'gilproof.showLog': () => log.show(),
    'gilproof.scanWorkspace': folder => whenRunning(server, () => scan(server, folder)),
    'gilproof.openRuleDocumentation': rule => openRulePage(context, rule),
    [WHY_NO_FIX]: why => sayWhyNoFix(context, why),
    'gilproof.showRace': target => whenRunning(server, () => findings.show(target)),
    'gilproof.runRaceDemo': demo => whenRunning(server, () => play(server, race, demo)),
  };
  return Object.entries(table).map(([name, run]) => commands.registerCommand(name, run));
}

async function scan(server: Server, folder: unknown): Promise<void> {
  const { client } = server;
  if (client !== undefined) await scanWorkspace(client, folder);
}

async function play(server: Server, race: RaceView, demo: unknown): Promise<void> {
  const { client } = server;
  if (client !== undefined) await runRaceDemo(client, race, demo);
}

async function whenRunning(server: Server, run: () => Promise<void>): Promise<void> {
  if (server.client !== undefined) return run();
  const restart = 'Restart Server';
  const chosen = await window.showWarningMessage('The Gilproof server does not run.', restart);
  if (chosen === restart) await server.restart();
}

/**
 * The language server on a connection: what it offers, and which file answers what. Everything from the outside world comes
 * in through `ServerDeps`; `main.ts` has the real one.
 */
import {
  type Connection,
  type InitializeParams,
  type InitializeResult,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { readClient } from './client.ts';
import { FIX_ALL, registerCodeActions } from './code-actions.ts';
import { registerCommands } from './commands.ts';
import { registerDemos } from './demos.ts';
import { Documents } from './documents.ts';
import { createGuard } from './guard.ts';
import { registerHover } from './hover.ts';
import { SERVER_COMMANDS } from './messages.ts';
import { Places } from './places.ts';
import { registerPullDiagnostics } from './pull-diagnostics.ts';
import { registerPushDiagnostics } from './push-diagnostics.ts';
import { registerRace } from './race.ts';
import { registerRaceLenses } from './race-lenses.ts';
import { RaceTitles } from './race-titles.ts';
import type { ServerDeps, Session } from './session.ts';
import { SettingsCache } from './settings.ts';
import { StatusReporter } from './status.ts';
import { fileOf } from './uris.ts';
import { askToBeTold, registerWatching } from './watch.ts';
import { WorkspaceReports } from './workspace-reports.ts';

/** Registers everything on the connection, which the caller then listens on. */
export function createServer(connection: Connection, deps: ServerDeps): void {
  connection.onInitialize(async params => {
    const session = await open(connection, deps, params);
    register(session);
    return answer(session);
  });
}

async function open(connection: Connection, deps: ServerDeps, params: InitializeParams): Promise<Session> {
  const client = readClient(params);
  const settings = new SettingsCache(connection, client);
  const service = await deps.createService(async file => (await settings.for(file)).values, client.folders.map(fileOf));
  const documents = new Documents(service);
  const status = new StatusReporter(connection, client.options.status === true);
  return {
    connection,
    deps,
    client,
    service,
    documents,
    places: new Places(documents, path => deps.readFile(path)),
    settings,
    status,
    guard: createGuard(() => deps.now(), status),
  };
}

function answer({ client, deps }: Session): InitializeResult {
  return {
    serverInfo: { name: 'gilproof', version: deps.version },
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
      hoverProvider: true,
      ...(client.options.races === true ? { codeLensProvider: { resolveProvider: true } } : {}),
      codeActionProvider: { codeActionKinds: ['quickfix', FIX_ALL], resolveProvider: true },
      executeCommandProvider: { commands: Object.values(SERVER_COMMANDS), workDoneProgress: true },
      workspace: { workspaceFolders: { supported: true } },
      ...(client.pullsDiagnostics
        ? { diagnosticProvider: { identifier: 'gilproof', interFileDependencies: true, workspaceDiagnostics: true } }
        : {}),
    },
  };
}

function register(session: Session): void {
  const { connection, deps, documents } = session;
  connection.onDidOpenTextDocument(params => {
    documents.open(params);
    deps.touched?.();
  });
  connection.onDidChangeTextDocument(params => {
    documents.change(params);
    deps.touched?.();
  });
  connection.onDidSaveTextDocument(params => documents.saved(params.textDocument.uri));
  connection.onDidCloseTextDocument(params => {
    documents.close(params.textDocument.uri);
    deps.touched?.();
  });

  const push = session.client.pullsDiagnostics ? null : registerPushDiagnostics(session);
  if (push === null) registerPullDiagnostics(session);
  const reports = new WorkspaceReports(session);
  const titles = new RaceTitles(session);
  registerWatching(session, reports, titles, push);
  registerCommands(session, reports);
  registerCodeActions(session);
  registerHover(session);
  registerDemos(session);
  registerRace(session, titles);
  if (session.client.options.races === true) registerRaceLenses(session, titles);
  connection.onInitialized(() => {
    askToBeTold(connection, session).catch(error => connection.console.warn(`Not told of changes: ${String(error)}`));
  });
}

/** Files and settings that change outside the open documents: the service is told, and the client asks again. */
import {
  CancellationToken,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
} from 'vscode-languageserver';
import type { RaceTitles } from './race-titles.ts';
import type { Session } from './session.ts';
import { fileOf } from './uris.ts';
import type { WorkspaceReports } from './workspace-reports.ts';

/** A checkout changes hundreds of files at once; milliseconds to wait for the last. */
const SETTLE = 200;

/** Sources and headers (numpy's templates too) and the two files that hold settings. */
const WATCHED = ['**/*.{c,cc,cpp,cxx,h,hh,hpp,hxx,inc,inl,src}', '**/gilproof.toml', '**/pyproject.toml'];

export function registerWatching(
  session: Session,
  reports: WorkspaceReports,
  titles: RaceTitles,
  push: (() => void) | null,
): void {
  const { connection, client, deps, service } = session;
  let cancelTimer: (() => void) | null = null;

  const refresh = (): void => {
    cancelTimer?.();
    cancelTimer = deps.later(SETTLE, () => {
      if (push !== null) push();
      else if (client.refreshesDiagnostics) connection.languages.diagnostics.refresh().catch(() => {});
      titles.refresh();
    });
  };

  const rescan = session.guard('scan of changed files', undefined, async (files: readonly string[]) => {
    for (const file of files) if (reports.has(file)) await reports.add(await service.diagnose(file));
  });

  connection.onDidChangeWatchedFiles(({ changes }) => {
    // The editor's text wins over the file's, and reaches us by itself.
    const files = changes.map(change => fileOf(change.uri)).filter(file => session.documents.get(file) === null);
    for (const file of files) {
      service.changed(file);
      session.places.forget(file);
    }
    if (files.length > 0) refresh();
    void rescan(files, CancellationToken.None);
  });
  connection.onDidChangeConfiguration(({ settings }) => {
    session.settings.changed(settings);
    service.settingsChanged();
    refresh();
  });
}

/** Asks to be told; after `initialized`, as the protocol wants it. */
export async function askToBeTold(connection: Connection, session: Session): Promise<void> {
  if (session.client.registersConfiguration) {
    await connection.client.register(DidChangeConfigurationNotification.type, { section: 'gilproof' });
  }
  if (session.client.watchesFiles) {
    const watchers = WATCHED.map(globPattern => ({ globPattern }));
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  }
}

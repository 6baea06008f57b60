/** The command that scans folders: progress while it runs, diagnostics for every file, a summary at the end. */
import type { CancellationToken, WorkDoneProgressReporter } from 'vscode-languageserver';
import type { FileReport, Skipped } from '../workspace/service.ts';
import { signalOf } from './guard.ts';
import type { ScanSummary } from './messages.ts';
import type { Session } from './session.ts';
import { fileOf } from './uris.ts';
import type { WorkspaceReports } from './workspace-reports.ts';

/** Milliseconds between two progress messages. */
const PROGRESS = 100;

/** `uris`: files or folders; none means the folders of the workspace. Answers what was done when it is cancelled. */
export async function scan(
  session: Session,
  reports: WorkspaceReports,
  uris: readonly string[],
  token: CancellationToken,
  progress: WorkDoneProgressReporter,
): Promise<ScanSummary> {
  const started = session.deps.now();
  const paths = (uris.length > 0 ? uris : await foldersOf(session)).map(fileOf);
  const tally = new Tally();
  const seen = new Set<string>();
  let reported = started;
  progress.begin('Gilproof', 0, 'Looking for sources', true);
  for await (const report of session.service.scan(paths, signalOf(token))) {
    if (token.isCancellationRequested) break;
    tally.count(report);
    seen.add(report.file);
    await reports.add(report);
    if (session.deps.now() - reported >= PROGRESS) {
      reported = session.deps.now();
      progress.report(`${plural(tally.files, 'file')}, ${plural(tally.findings, 'finding')}`);
    }
  }
  const cancelled = token.isCancellationRequested;
  // A scan that was stopped says nothing about the files that it did not reach.
  if (!cancelled) reports.keepOnly(seen);
  progress.done();
  return tally.summary(session.deps.now() - started, cancelled);
}

/** The folders now: they may have changed since the start. */
async function foldersOf(session: Session): Promise<readonly string[]> {
  const folders = await session.connection.workspace.getWorkspaceFolders().catch(() => null);
  return folders?.map(folder => folder.uri) ?? session.client.folders;
}

class Tally {
  files = 0;
  findings = 0;
  #filesWithFindings = 0;
  #suppressed = 0;
  #functions = 0;
  #functionsNotRead = 0;
  readonly #skipped: Partial<Record<Skipped, number>> = {};

  count(report: FileReport): void {
    if (report.skipped !== null) this.#skipped[report.skipped] = (this.#skipped[report.skipped] ?? 0) + 1;
    else this.files++;
    this.findings += report.findings.length;
    if (report.findings.length > 0) this.#filesWithFindings++;
    this.#suppressed += report.suppressed.length;
    this.#functions += report.health?.functions ?? 0;
    this.#functionsNotRead += report.health?.functionsNotRead ?? 0;
  }

  summary(milliseconds: number, cancelled: boolean): ScanSummary {
    return {
      files: this.files,
      filesWithFindings: this.#filesWithFindings,
      findings: this.findings,
      suppressed: this.#suppressed,
      functions: this.#functions,
      functionsNotRead: this.#functionsNotRead,
      skipped: this.#skipped,
      milliseconds,
      cancelled,
    };
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

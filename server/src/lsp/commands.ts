/** The server's commands, for any client: scan folders, and explain a place. */
import { CancellationToken, ErrorCodes, ResponseError, type WorkDoneProgressReporter } from 'vscode-languageserver';
import { SERVER_COMMANDS } from './messages.ts';
import { scan } from './scan.ts';
import type { Session } from './session.ts';
import { fileOf } from './uris.ts';
import type { WorkspaceReports } from './workspace-reports.ts';

export function registerCommands(session: Session, reports: WorkspaceReports): void {
  session.connection.onExecuteCommand(async (params, token, progress) => {
    const given = params.arguments ?? [];
    switch (params.command) {
      case SERVER_COMMANDS.scan:
        return runScan(session, reports, given, token, progress);
      case SERVER_COMMANDS.explain:
        return explain(session, given, token);
      default:
        return new ResponseError(ErrorCodes.InvalidParams, `No command is called ${params.command}.`);
    }
  });
}

async function runScan(
  session: Session,
  reports: WorkspaceReports,
  given: readonly unknown[],
  token: CancellationToken,
  progress: WorkDoneProgressReporter,
): Promise<unknown> {
  const uris = given.filter(argument => typeof argument === 'string');
  // Not the request's own token: a scan that is stopped still answers what it saw until then.
  const run = session.guard('scan', null, () => scan(session, reports, uris, token, progress));
  return run(undefined, CancellationToken.None);
}

async function explain(session: Session, given: readonly unknown[], token: CancellationToken): Promise<unknown> {
  const [uri, line, character] = given;
  if (typeof uri !== 'string' || typeof line !== 'number' || typeof character !== 'number') {
    return new ResponseError(ErrorCodes.InvalidParams, 'Wanted: document URI, line, character.');
  }
  const run = session.guard('explain', '', async (file: string) => {
    const text = await session.places.text(file);
    return text === null ? '' : session.service.explain(file, text.offsetAt({ line, character }));
  });
  return run(fileOf(uri), token);
}

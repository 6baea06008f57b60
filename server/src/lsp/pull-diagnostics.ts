/** `textDocument/diagnostic`: the client asks when it wants to know, and for its other open documents after each change. */
import {
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver';
import type { Signal } from '../workspace/service.ts';
import { analyse, diagnosticOptions } from './analysis.ts';
import { diagnosticsOf, resultIdOf } from './convert.ts';
import { DocumentChanged } from './guard.ts';
import type { Session } from './session.ts';
import { fileOf } from './uris.ts';

const NOTHING: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };

export function registerPullDiagnostics(session: Session): void {
  /** What was answered last for a file: the answer between saves for `run: onSave`. */
  const answered = new Map<string, DocumentDiagnosticReport>();

  const pull = async (
    file: string,
    previous: string | undefined,
    signal: Signal,
  ): Promise<DocumentDiagnosticReport> => {
    const { run } = await session.settings.for(file);
    const last = answered.get(file);
    if (run === 'onSave' && session.documents.isDirty(file) && last !== undefined) return last;
    const report = await analyse(session, file, signal);
    const text = report === null || signal.aborted ? null : await session.places.text(file);
    if (report === null || text === null) return NOTHING;
    const items = await diagnosticsOf(report, text, session.places, diagnosticOptions(session));
    const resultId = resultIdOf(items);
    return resultId === previous
      ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
      : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  };

  session.connection.languages.diagnostics.on(
    session.guard('textDocument/diagnostic', NOTHING, async (params, signal) => {
      const file = fileOf(params.textDocument.uri);
      const answer = await pull(file, params.previousResultId, signal).catch(askAgain);
      if (answer.kind === DocumentDiagnosticReportKind.Full && session.documents.get(file) !== null)
        answered.set(file, answer);
      return answer;
    }),
  );
  session.documents.listen(({ kind, file }) => {
    if (kind === 'closed') answered.delete(file);
  });
}

/** For this request alone, the protocol has a way to say so that keeps what the client shows. */
function askAgain(error: unknown): never {
  if (!(error instanceof DocumentChanged)) throw error;
  throw new ResponseError(LSPErrorCodes.ServerCancelled, error.message, { retriggerRequest: true });
}

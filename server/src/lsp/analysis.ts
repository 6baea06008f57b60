/** One document analysed for one request, with the checks that every feature needs. */
import type { FileReport, Signal } from '../workspace/service.ts';
import type { DiagnosticOptions } from './convert.ts';
import { DocumentChanged, nextTurn } from './guard.ts';
import type { Session } from './session.ts';

/**
 * The report of the text as it is now. Null when Gilproof is switched off for the file.
 * Throws `DocumentChanged` when the document changed meanwhile: spans of the report would point elsewhere.
 */
export async function analyse(session: Session, file: string, signal: Signal): Promise<FileReport | null> {
  const { enable } = await session.settings.for(file);
  if (!enable) return null;
  const version = session.documents.get(file)?.text.version;
  const report = await session.service.diagnose(file, signal);
  const document = session.documents.get(file);
  if (document?.text.version !== version) throw new DocumentChanged();
  if (document !== null) session.status.analysed(document.uri, report);
  return report;
}

/**
 * As `analyse`, for what can wait: diagnostics of the same text are told first. An editor asks for both at each key.
 */
export async function analyseAfterDiagnostics(
  session: Session,
  file: string,
  signal: Signal,
): Promise<FileReport | null> {
  const report = await analyse(session, file, signal);
  const version = session.documents.get(file)?.text.version;
  await nextTurn();
  if (session.documents.get(file)?.text.version !== version) throw new DocumentChanged();
  return report;
}

export function diagnosticOptions(session: Session): DiagnosticOptions {
  const template = session.client.options.rulePage;
  return {
    relatedInformation: session.client.relatedInformation,
    rulePage: rule =>
      template === undefined ? session.deps.rulePage(rule) : template.replaceAll('{rule}', encodeURIComponent(rule)),
  };
}

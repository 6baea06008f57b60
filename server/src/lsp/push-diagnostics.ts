/** `textDocument/publishDiagnostics`, for clients that can't pull: sent a moment after the last change. */
import { CancellationToken } from 'vscode-languageserver';
import type { Signal } from '../workspace/service.ts';
import { analyse, diagnosticOptions } from './analysis.ts';
import { diagnosticsOf, resultIdOf } from './convert.ts';
import type { OpenDocument } from './documents.ts';
import type { Session } from './session.ts';

/** Between two keystrokes of somebody who types; milliseconds. */
const QUIET = 200;

/** Answers a function that sends the diagnostics of all open documents anew (settings or files changed). */
export function registerPushDiagnostics(session: Session): () => void {
  const sent = new Map<string, string>();
  let cancelTimer: (() => void) | null = null;
  let running: { aborted: boolean } | null = null;

  const publish = async (document: OpenDocument, signal: Signal): Promise<void> => {
    const { run } = await session.settings.for(document.file);
    if (run === 'onSave' && session.documents.isDirty(document.file) && sent.has(document.file)) return;
    const report = await analyse(session, document.file, signal);
    if (signal.aborted || session.documents.get(document.file) !== document) return;
    const { uri, text } = document;
    const items = report === null ? [] : await diagnosticsOf(report, text, session.places, diagnosticOptions(session));
    const id = resultIdOf(items);
    if (sent.get(document.file) === id) return;
    sent.set(document.file, id);
    await session.connection.sendDiagnostics({ uri, version: text.version, diagnostics: items });
  };

  const publishAll = session.guard('publishDiagnostics', undefined, async (signal: { aborted: boolean }) => {
    // A change in one file may change the findings of another.
    for (const document of session.documents.all()) {
      if (signal.aborted) return;
      await publish(document, signal);
    }
  });

  const schedule = (): void => {
    cancelTimer?.();
    if (running !== null) running.aborted = true;
    const signal = { aborted: false };
    running = signal;
    cancelTimer = session.deps.later(QUIET, () => void publishAll(signal, CancellationToken.None));
  };

  session.documents.listen(({ kind, uri, file }) => {
    if (kind !== 'closed') return schedule();
    sent.delete(file);
    void session.connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  return schedule;
}

/**
 * Diagnostics of files that no editor holds, from the last scan. `workspace/diagnostic` is a long poll: the request stays open
 * and every difference goes out as a partial result, so that nobody asks again and again.
 */
import {
  type Diagnostic,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import type { FileReport } from '../workspace/service.ts';
import { diagnosticOptions } from './analysis.ts';
import { diagnosticsOf } from './convert.ts';
import type { Session } from './session.ts';
import { fileOf, uriOf } from './uris.ts';

/** Milliseconds in which differences are gathered before they are sent. */
const GATHER = 50;
/** A client that closes a document first forgets what it pulled for it; until then it would drop our report. Milliseconds. */
const FORGETS = 1000;

interface Entry {
  readonly id: string;
  readonly items: readonly Diagnostic[];
}

export class WorkspaceReports {
  readonly #session: Session;
  /** By URI. An entry without items takes away what the client still shows. */
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Set<() => void>();
  #count = 0;

  constructor(session: Session) {
    this.#session = session;
    if (session.client.pullsDiagnostics) this.#answerLongPolls();
    session.documents.listen(({ kind, uri }) => {
      if (kind === 'closed') session.deps.later(FORGETS, () => this.#set(uri, this.#entries.get(uri)?.items ?? []));
    });
  }

  /** Files that the last scan spoke of. */
  has(file: string): boolean {
    return this.#entries.has(uriOf(file));
  }

  async add(report: FileReport): Promise<void> {
    const uri = uriOf(report.file);
    const nothing = report.findings.length === 0 && report.notices.length === 0;
    if (nothing && !this.#entries.has(uri)) return;
    const text = nothing ? null : await this.#session.places.text(report.file);
    const options = diagnosticOptions(this.#session);
    this.#set(uri, text === null ? [] : await diagnosticsOf(report, text, this.#session.places, options));
  }

  /** A new scan speaks of other files: those in `kept` stay, what else is shown goes. */
  keepOnly(kept: ReadonlySet<string>): void {
    for (const [uri, entry] of this.#entries) {
      if (!kept.has(fileOf(uri)) && entry.items.length > 0) this.#set(uri, []);
    }
  }

  #set(uri: string, items: readonly Diagnostic[]): void {
    this.#entries.set(uri, { id: `scan-${++this.#count}`, items });
    if (!this.#session.client.pullsDiagnostics) {
      if (!this.#isOpen(uri)) void this.#session.connection.sendDiagnostics({ uri, diagnostics: [...items] });
      return;
    }
    for (const wake of this.#waiting) wake();
  }

  #answerLongPolls(): void {
    this.#session.connection.languages.diagnostics.onWorkspace(async (params, token, _progress, partial) => {
      const known = new Map(params.previousResultIds.map(({ uri, value }) => [uri, value]));
      while (!token.isCancellationRequested) {
        const items = this.#differences(known);
        if (items.length > 0 && partial === undefined) return { items };
        if (items.length > 0) partial?.report({ items });
        await new Promise<void>(resolve => {
          const wake = (): void => {
            this.#waiting.delete(wake);
            subscription.dispose();
            this.#session.deps.later(GATHER, resolve);
          };
          const subscription = token.onCancellationRequested(wake);
          this.#waiting.add(wake);
        });
      }
      return new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
    });
  }

  /** What differs from what the client knows, which is brought up to date. Open documents are pulled one by one. */
  #differences(known: Map<string, string>): WorkspaceDocumentDiagnosticReport[] {
    const result: WorkspaceDocumentDiagnosticReport[] = [];
    for (const [uri, { id, items }] of this.#entries) {
      if (known.get(uri) === id || this.#isOpen(uri)) continue;
      known.set(uri, id);
      result.push({ kind: DocumentDiagnosticReportKind.Full, uri, version: null, resultId: id, items: [...items] });
    }
    return result;
  }

  #isOpen(uri: string): boolean {
    return this.#session.documents.get(fileOf(uri)) !== null;
  }
}

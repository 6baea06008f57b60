/** The documents that the editor holds, kept in step with the service, which gets every change as an edit. */
import type {
  DidChangeTextDocumentParams,
  DidOpenTextDocumentParams,
  TextDocumentContentChangeEvent,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { AnalysisService, TextEdit } from '../workspace/service.ts';
import { fileOf } from './uris.ts';

export interface OpenDocument {
  /** As the client writes it. */
  readonly uri: string;
  readonly file: string;
  readonly text: TextDocument;
}

export interface DocumentEvent {
  readonly kind: 'opened' | 'changed' | 'saved' | 'closed';
  readonly uri: string;
  readonly file: string;
}

export class Documents {
  readonly #service: Pick<AnalysisService, 'open' | 'edit' | 'close'>;
  readonly #open = new Map<string, OpenDocument>();
  /** Files changed since they were opened or saved. */
  readonly #dirty = new Set<string>();
  readonly #listeners: ((event: DocumentEvent) => void)[] = [];

  constructor(service: Pick<AnalysisService, 'open' | 'edit' | 'close'>) {
    this.#service = service;
  }

  /** The listener is called after the document and the service have changed. */
  listen(listener: (event: DocumentEvent) => void): void {
    this.#listeners.push(listener);
  }

  open({ textDocument }: DidOpenTextDocumentParams): void {
    const { uri, languageId, version, text } = textDocument;
    const document = { uri, file: fileOf(uri), text: TextDocument.create(uri, languageId, version, text) };
    this.#open.set(document.file, document);
    this.#service.open(document.file, text);
    this.#tell('opened', uri);
  }

  change({ textDocument, contentChanges }: DidChangeTextDocumentParams): void {
    const document = this.get(fileOf(textDocument.uri));
    if (document === null) return;
    // Each change is relative to the text after the one before it, so each is an edit of its own.
    for (const change of contentChanges) {
      this.#service.edit(document.file, [editOf(document.text, change)]);
      TextDocument.update(document.text, [change], textDocument.version);
    }
    this.#dirty.add(document.file);
    this.#tell('changed', document.uri);
  }

  saved(uri: string): void {
    this.#dirty.delete(fileOf(uri));
    this.#tell('saved', uri);
  }

  close(uri: string): void {
    const file = fileOf(uri);
    if (!this.#open.delete(file)) return;
    this.#dirty.delete(file);
    this.#service.close(file);
    this.#tell('closed', uri);
  }

  get(file: string): OpenDocument | null {
    return this.#open.get(file) ?? null;
  }

  isDirty(file: string): boolean {
    return this.#dirty.has(file);
  }

  all(): Iterable<OpenDocument> {
    return this.#open.values();
  }

  #tell(kind: DocumentEvent['kind'], uri: string): void {
    const event = { kind, uri, file: fileOf(uri) };
    for (const listener of this.#listeners) listener(event);
  }
}

function editOf(document: TextDocument, change: TextDocumentContentChangeEvent): TextEdit {
  if (!('range' in change)) return { span: { start: 0, end: document.getText().length }, text: change.text };
  const a = document.offsetAt(change.range.start);
  const b = document.offsetAt(change.range.end);
  return { span: { start: Math.min(a, b), end: Math.max(a, b) }, text: change.text };
}

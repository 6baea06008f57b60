/** The documents that the editor holds, kept in step with the service, which gets the text after every change. */
import type { DidChangeTextDocumentParams, DidOpenTextDocumentParams } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { AnalysisService } from '../workspace/service.ts';
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
    TextDocument.update(document.text, contentChanges, textDocument.version);
    this.#service.edit(document.file, document.text.getText());
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

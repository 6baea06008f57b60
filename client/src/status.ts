/** The language status item: is the server at work, and how well was the file in front of the user read. */
import { type Disposable, LanguageStatusSeverity, languages, type TextEditor, window, workspace } from 'vscode';
import type { DocumentStatus, Status } from '../../server/src/lsp/messages.ts';
import { statusText } from './status-text.ts';

const SHOW_LOG = { title: 'Show Log', command: 'gilproof.showLog' };
const RESTART = { title: 'Restart Server', command: 'gilproof.restartServer' };

export class ServerStatus implements Disposable {
  readonly #item = languages.createLanguageStatusItem('gilproof.status', [{ language: 'c' }, { language: 'cpp' }]);
  /** By document URI. */
  readonly #documents = new Map<string, DocumentStatus>();
  readonly #listeners: readonly Disposable[];
  #failure: string | null = null;
  #runs = false;

  constructor() {
    this.#item.name = 'Gilproof';
    this.#listeners = [
      window.onDidChangeActiveTextEditor(editor => this.#show(editor)),
      workspace.onDidCloseTextDocument(document => this.#documents.delete(document.uri.toString())),
    ];
  }

  starting(): void {
    this.#runs = false;
    this.#set('starting', 'Gilproof', LanguageStatusSeverity.Information);
    this.#item.busy = true;
  }

  running(): void {
    this.#runs = true;
    this.#item.busy = false;
    this.#show(window.activeTextEditor);
  }

  stopped(reason: string): void {
    this.#runs = false;
    this.#documents.clear();
    this.#item.busy = false;
    this.#set('server stopped', reason, LanguageStatusSeverity.Error);
    this.#item.command = RESTART;
  }

  update(status: Status): void {
    // A server that answers runs, also after it was started again by the client library.
    this.#runs = true;
    this.#failure = status.failure;
    this.#item.busy = status.busy;
    if (status.document !== undefined) this.#documents.set(status.document.uri, status.document);
    this.#show(window.activeTextEditor);
  }

  dispose(): void {
    this.#item.dispose();
    for (const listener of this.#listeners) listener.dispose();
  }

  #show(editor: TextEditor | undefined): void {
    if (!this.#runs) return;
    if (this.#failure !== null) {
      return this.#set('a request failed', this.#failure, LanguageStatusSeverity.Warning);
    }
    const known = editor && this.#documents.get(editor.document.uri.toString());
    if (known === undefined) return this.#set('ready', 'Gilproof', LanguageStatusSeverity.Information);
    const { text, detail, severity } = statusText(known);
    const level = severity === 'warning' ? LanguageStatusSeverity.Warning : LanguageStatusSeverity.Information;
    this.#set(text, detail, level);
  }

  #set(text: string, detail: string, severity: LanguageStatusSeverity): void {
    this.#item.text = text;
    this.#item.detail = detail;
    this.#item.severity = severity;
    this.#item.command = SHOW_LOG;
  }
}

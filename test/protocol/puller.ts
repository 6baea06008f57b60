/**
 * The pulling half of an editor, as vscode-languageclient does it: one request at a time, cancelled by the next edit and sent again
 * when its answer is there. What it shows at the end must be what the server finds in the last text.
 */
import {
  CancellationTokenSource,
  type Diagnostic,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver-protocol';
import { LSPErrorCodes, ResponseError } from 'vscode-languageserver-protocol/node';
import type { Editor } from './editor.ts';

export class Puller {
  shown: readonly Diagnostic[] = [];
  readonly #editor: Editor;
  readonly #path: string;
  #resultId: string | undefined;
  #running: CancellationTokenSource | null = null;
  #again = false;

  constructor(editor: Editor, path: string) {
    this.#editor = editor;
    this.#path = path;
  }

  /** After each change of the document. */
  pull(): void {
    if (this.#running === null) {
      void this.#run();
    } else {
      if (!this.#again) this.#running.cancel();
      this.#again = true;
    }
  }

  get idle(): boolean {
    return this.#running === null;
  }

  async #run(): Promise<void> {
    const source = new CancellationTokenSource();
    this.#running = source;
    try {
      const report: DocumentDiagnosticReport = await this.#editor.client.sendRequest(
        'textDocument/diagnostic',
        {
          textDocument: { uri: `file://${this.#path}` },
          ...(this.#resultId === undefined ? {} : { previousResultId: this.#resultId }),
        },
        source.token,
      );
      if (!source.token.isCancellationRequested) {
        if (report.kind === 'full') this.shown = report.items;
        this.#resultId = report.resultId;
      }
    } catch (error) {
      const codes: readonly number[] = [LSPErrorCodes.RequestCancelled, LSPErrorCodes.ServerCancelled];
      // Anything else would be lost for good.
      if (!(error instanceof ResponseError) || !codes.includes(error.code)) throw error;
      this.#again = true;
    }
    this.#running = null;
    if (this.#again) {
      this.#again = false;
      void this.#run();
    }
  }
}

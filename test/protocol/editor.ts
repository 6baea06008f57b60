/**
 * An editor at the other end of a real connection: two in-memory streams, the real protocol, no mocks and no process.
 * Texts go in as C, diagnostics come out drawn under the code.
 */
import { PassThrough } from 'node:stream';
import { createConnection } from 'vscode-languageserver/node';
import {
  type ClientCapabilities,
  type CodeAction,
  type CodeLens,
  createProtocolConnection,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type InitializeResult,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { STATUS, type Status } from '../../server/src/lsp/messages.ts';
import { createServer } from '../../server/src/lsp/server.ts';
import { Workspace } from '../../server/src/workspace/workspace.ts';
import { MemoryHost } from './memory-host.ts';
import { wordCore } from './word-core.ts';

export const FULL: ClientCapabilities = {
  textDocument: {
    diagnostic: { dynamicRegistration: true, relatedInformation: true },
    hover: { contentFormat: ['markdown', 'plaintext'] },
    codeAction: { disabledSupport: true, resolveSupport: { properties: ['edit'] } },
  },
  workspace: {
    configuration: true,
    diagnostics: { refreshSupport: true },
    codeLens: { refreshSupport: true },
    workspaceEdit: { documentChanges: true, snippetEditSupport: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
    didChangeConfiguration: { dynamicRegistration: true },
  },
};

export interface EditorOptions {
  readonly capabilities?: ClientCapabilities;
  readonly initializationOptions?: unknown;
  /** Answers `workspace/configuration` by the scope's URI. */
  readonly settings?: (uri: string) => unknown;
  /** What the server lets in between two files. */
  readonly pause?: () => Promise<void>;
}

/** Timers of the server run when a test says so. */
class Timers {
  readonly #pending = new Set<() => void>();

  later = (_milliseconds: number, run: () => void): (() => void) => {
    const once = (): void => {
      this.#pending.delete(once);
      run();
    };
    this.#pending.add(once);
    return () => this.#pending.delete(once);
  };

  get waiting(): number {
    return this.#pending.size;
  }

  elapse(): void {
    // Timers that these start wait for the next time.
    const due = Array.from(this.#pending);
    for (const run of due) run();
  }
}

export class Editor {
  readonly host: MemoryHost;
  readonly client: ProtocolConnection;
  readonly timers = new Timers();
  readonly log: string[] = [];
  readonly statuses: Status[] = [];
  readonly progress: { token: unknown; value: unknown }[] = [];
  readonly published = new Map<string, Diagnostic[]>();
  refreshes = 0;
  lensRefreshes = 0;
  readonly #documents = new Map<string, TextDocument>();

  private constructor(files: Readonly<Record<string, string>>, options: EditorOptions) {
    this.host = new MemoryHost(files);
    const [up, down] = [new PassThrough(), new PassThrough()];
    const connection = createConnection(new StreamMessageReader(up), new StreamMessageWriter(down));
    createServer(connection, {
      version: '0.0.0',
      createService: async () =>
        new Workspace({
          host: this.host,
          core: wordCore,
          ...(options.pause === undefined ? {} : { pause: options.pause }),
        }),
      readFile: path => this.host.readFile(path),
      rulePage: rule => `file:///docs/rules/${rule}.md`,
      now: () => 0,
      later: this.timers.later,
    });
    connection.listen();
    this.client = createProtocolConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
    this.client.onRequest('workspace/configuration', ({ items }: { items: { scopeUri: string }[] }) =>
      items.map(item => options.settings?.(item.scopeUri) ?? {}),
    );
    this.client.onRequest('client/registerCapability', () => null);
    this.client.onRequest('workspace/workspaceFolders', () => [{ uri: 'file:///w', name: 'w' }]);
    this.client.onRequest('workspace/diagnostic/refresh', () => {
      this.refreshes++;
      return null;
    });
    this.client.onRequest('workspace/codeLens/refresh', () => {
      this.lensRefreshes++;
      return null;
    });
    this.client.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.log.push(message);
    });
    this.client.onNotification('$/progress', message => void this.progress.push(message));
    this.client.onNotification(STATUS, (status: Status) => {
      this.statuses.push(status);
    });
    this.client.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => {
      this.published.set(uri, diagnostics);
    });
    this.client.listen();
  }

  static async start(
    files: Readonly<Record<string, string>> = {},
    options: EditorOptions = {},
  ): Promise<Editor & { readonly initialized: InitializeResult }> {
    const editor = new Editor(files, options);
    const initialized: InitializeResult = await editor.client.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      workspaceFolders: [{ uri: 'file:///w', name: 'w' }],
      capabilities: options.capabilities ?? FULL,
      initializationOptions: options.initializationOptions ?? { status: true },
    });
    await editor.client.sendNotification('initialized', {});
    return Object.assign(editor, { initialized });
  }

  async open(path: string, text: string): Promise<void> {
    const uri = `file://${path}`;
    this.host.files.set(path, text);
    this.#documents.set(path, TextDocument.create(uri, 'c', 1, text));
    await this.client.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'c', version: 1, text },
    });
  }

  /** Replaces the first `before` by `after`, as typing would. */
  async replace(path: string, before: string, after: string): Promise<void> {
    const document = this.document(path);
    const start = document.getText().indexOf(before);
    if (start < 0) throw new Error(`${before} is not in ${path}`);
    const range = { start: document.positionAt(start), end: document.positionAt(start + before.length) };
    const contentChanges = [{ range, text: after }];
    const version = document.version + 1;
    TextDocument.update(document, contentChanges, version);
    await this.client.sendNotification('textDocument/didChange', {
      textDocument: { uri: document.uri, version },
      contentChanges,
    });
  }

  async save(path: string): Promise<void> {
    this.host.files.set(path, this.document(path).getText());
    await this.client.sendNotification('textDocument/didSave', { textDocument: { uri: `file://${path}` } });
  }

  async close(path: string): Promise<void> {
    this.#documents.delete(path);
    await this.client.sendNotification('textDocument/didClose', { textDocument: { uri: `file://${path}` } });
  }

  pull(path: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.client.sendRequest('textDocument/diagnostic', {
      textDocument: { uri: `file://${path}` },
      ...(previousResultId === undefined ? {} : { previousResultId }),
    });
  }

  /** The text with its diagnostics drawn below each line. */
  async drawn(path: string): Promise<string> {
    const report = await this.pull(path);
    if (report.kind !== 'full') throw new Error('Nothing changed since the last pull.');
    return draw(this.document(path).getText(), report.items);
  }

  /** The menu of the light bulb on the first `word`. */
  async menu(path: string, word: string, only?: string[]): Promise<CodeAction[]> {
    const document = this.document(path);
    const at = document.positionAt(document.getText().indexOf(word) + 1);
    return this.client.sendRequest('textDocument/codeAction', {
      textDocument: { uri: document.uri },
      range: { start: at, end: at },
      context: { diagnostics: [], ...(only === undefined ? {} : { only }) },
    });
  }

  /** Lenses as an editor shows them: those without a title are resolved. */
  async lenses(path: string): Promise<CodeLens[]> {
    const lenses: CodeLens[] = await this.client.sendRequest('textDocument/codeLens', {
      textDocument: { uri: `file://${path}` },
    });
    const resolved = async (lens: CodeLens): Promise<CodeLens> =>
      lens.command ? lens : this.client.sendRequest('codeLens/resolve', lens);
    return Promise.all(lenses.map(resolved));
  }

  /** What the text becomes when an action is chosen: resolved first, as editors do. */
  async chosen(path: string, action: CodeAction): Promise<string> {
    const resolved: CodeAction = await this.client.sendRequest('codeAction/resolve', action);
    const document = this.document(path);
    const changes = resolved.edit?.documentChanges ?? [];
    const edits = changes.flatMap(change => ('edits' in change ? change.edits : []));
    const plain = edits.map(edit => ('snippet' in edit ? { ...edit, newText: edit.snippet.value } : edit));
    return TextDocument.applyEdits(document, plain);
  }

  document(path: string): TextDocument {
    const document = this.#documents.get(path);
    if (document === undefined) throw new Error(`${path} is not open`);
    return document;
  }

  /** Waits until what is under way has arrived: one round trip, which the server answers in order. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      await this.client.sendRequest('workspace/executeCommand', { command: 'none' }).catch(() => null);
    }
  }
}

const SEVERITIES = ['', 'error', 'warning', 'information', 'hint'];

export function draw(text: string, diagnostics: readonly Diagnostic[]): string {
  return text
    .split('\n')
    .flatMap((line, number) => [line, ...diagnostics.filter(d => d.range.start.line === number).map(underline)])
    .join('\n');
}

function underline({ range, severity, code, message, relatedInformation }: Diagnostic): string {
  const { start, end } = range;
  const width = Math.max(1, end.line === start.line ? end.character - start.character : 1);
  const related = (relatedInformation ?? []).map(
    ({ location, message: text }) => `; ${text}: ${location.uri.split('/').at(-1)}:${location.range.start.line + 1}`,
  );
  return `${' '.repeat(start.character)}${'^'.repeat(width)} ${SEVERITIES[severity ?? 0]} ${code}: ${typeof message === 'string' ? message : message.value}${related.join('')}`;
}

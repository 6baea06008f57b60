/** The language server's process: started, watched, started again when it dies, and stopped. */
import { Disposable, type ExtensionContext, type LogOutputChannel, Uri, window, workspace } from 'vscode';
import {
  CloseAction,
  DocumentDiagnosticRequest,
  ErrorAction,
  type ErrorHandler,
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import { LEAN_ALLOCATOR } from '../../server/src/lsp/allocator.ts';
import { type Options, STATUS, type Status } from '../../server/src/lsp/messages.ts';
import { CrashBudget } from './crash-budget.ts';
import { PullWatch } from './lost-pulls.ts';
import { rulePageLink } from './rule-pages.ts';
import type { ServerStatus } from './status.ts';

const SOURCES = [{ language: 'c' }, { language: 'cpp' }];
const SETTINGS_FILES = [
  { scheme: 'file', pattern: '**/gilproof.toml' },
  { scheme: 'file', pattern: '**/pyproject.toml' },
];

/** A server that takes longer is given up; milliseconds. */
const LONGEST_START = 10_000;

/** What links in hovers may run. */
const LINKED = ['gilproof.openRuleDocumentation', 'gilproof.explain', 'gilproof.showRace', 'gilproof.runRaceDemo'];

export class Server implements Disposable {
  readonly #context: ExtensionContext;
  readonly #log: LogOutputChannel;
  readonly #status: ServerStatus;
  readonly #crashes = new CrashBudget(() => Date.now());
  readonly #pulls = new PullWatch({
    later: (milliseconds, run) => void setTimeout(run, milliseconds),
    shownVersion: uri =>
      window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri)?.document.version ?? null,
    refresh: () => this.client?.getFeature(DocumentDiagnosticRequest.method)?.refresh(),
  });
  readonly #listening = Disposable.from(
    workspace.onDidChangeTextDocument(({ document }) => this.#pulls.changed(document.uri.toString())),
    workspace.onDidCloseTextDocument(document => this.#pulls.closed(document.uri.toString())),
  );
  #client: LanguageClient | undefined;

  constructor(context: ExtensionContext, log: LogOutputChannel, status: ServerStatus) {
    this.#context = context;
    this.#log = log;
    this.#status = status;
  }

  /** Undefined while the server does not run. */
  get client(): LanguageClient | undefined {
    return this.#client?.isRunning() === true ? this.#client : undefined;
  }

  async start(): Promise<void> {
    this.#client ??= this.#create();
    this.#status.starting();
    try {
      await this.#client.start();
      this.#status.running();
    } catch (error) {
      this.#log.error(`The server did not start: ${String(error)}`);
      this.#status.stopped('The server did not start; its log says why.');
    }
  }

  async stop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    // While it starts it can't be asked to stop, and its process would stay behind.
    if (client.state === State.Starting)
      await Promise.race([client.start().catch(() => undefined), passed(LONGEST_START)]);
    // A server that is dead can't be asked either; its process is gone.
    await client.dispose().catch(error => this.#log.debug(`Stopping: ${String(error)}`));
  }

  async restart(): Promise<void> {
    this.#crashes.forget();
    await this.stop();
    await this.start();
  }

  dispose(): void {
    this.#listening.dispose();
    void this.stop();
  }

  #create(): LanguageClient {
    const module = this.#context.asAbsolutePath('dist/server.cjs');
    const serverOptions: ServerOptions = {
      run: { module, transport: TransportKind.ipc, options: { env: { ...LEAN_ALLOCATOR } } },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6009'] } },
    };
    const initializationOptions: Options = {
      status: true,
      races: true,
      refusals: true,
      rulePage: rulePageLink('{rule}'),
    };
    const clientOptions: LanguageClientOptions = {
      documentSelector: [...SOURCES, ...SETTINGS_FILES],
      outputChannel: this.#log,
      initializationOptions,
      diagnosticPullOptions: { onChange: true, onSave: true },
      middleware: {
        provideDiagnostics: (document, previous, token, next) => {
          if (!(document instanceof Uri)) this.#pulls.asked(document.uri.toString(), document.version);
          return next(document, previous, token);
        },
      },
      errorHandler: this.#errorHandler(() => this.#client === client),
      markdown: {
        isTrusted: { enabledCommands: LINKED },
      },
    };
    const client: LanguageClient = new LanguageClient('gilproof', 'Gilproof', serverOptions, clientOptions);
    client.onNotification(STATUS, (status: Status) => this.#status.update(status));
    return client;
  }

  /** `isOurs`: the server was not stopped or replaced meanwhile. */
  #errorHandler(isOurs: () => boolean): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        if (!isOurs()) return { action: CloseAction.DoNotRestart, handled: true };
        const again = this.#crashes.again();
        void this.#sayThatItStopped(again);
        if (again) this.#status.starting();
        else this.#status.stopped('The server stopped several times within minutes.');
        return { action: again ? CloseAction.Restart : CloseAction.DoNotRestart, handled: true };
      },
    };
  }

  async #sayThatItStopped(again: boolean): Promise<void> {
    const showLog = 'Show Log';
    const restart = 'Restart Server';
    const chosen = again
      ? await window.showWarningMessage('The Gilproof server stopped and was started again.', showLog)
      : await window.showErrorMessage('The Gilproof server stopped several times and stays off.', restart, showLog);
    if (chosen === showLog) this.#log.show();
    if (chosen === restart) await this.restart();
  }
}

function passed(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}

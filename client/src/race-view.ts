/**
 * The panel that hosts the race view: one for the window, beside the editor, restored after a reload. It passes messages
 * between the page and whoever made the playback, and knows nothing about races itself.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  commands,
  type Disposable,
  EventEmitter,
  type ExtensionContext,
  env,
  Range,
  type TextDocument,
  TextEditorRevealType,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import type { ModelName, Playback } from '../../server/src/simulator/playback.ts';
import type { Abilities, FileRange, HostToView, ThreadCursor, ViewToHost } from '../webview/messages.ts';
import { isSaved } from '../webview/saved.ts';
import { RaceEditor } from './race-editor.ts';
import { racePage } from './race-page.ts';
import { showsText } from './race-text.ts';

const VIEW_TYPE = 'gilproof.race';

/** Whoever made a playback, and what it can do for the reader. Each answers a sentence, or throws one. */
export interface RaceOrigin {
  readonly abilities: Abilities;
  /** Plain data by which the race is found again after a reload. */
  readonly about?: unknown;
  /** Why no run of the playback fails. */
  readonly reason?: string;
  rerun?(): Promise<void>;
  applyFix?(): Promise<string>;
  exportReproducer?(): Promise<string>;
  runModel?(model: ModelName): Promise<Playback>;
}

const NOTHING: RaceOrigin = { abilities: { exportReproducer: false, models: [] } };

export class RaceView implements Disposable {
  readonly #context: ExtensionContext;
  readonly #listeners: readonly Disposable[];
  #panel: WebviewPanel | undefined;
  #editor: RaceEditor | undefined;
  #playback: Playback | undefined;
  #origin: RaceOrigin = NOTHING;
  /** The page listens; before, messages would be lost. */
  #ready = false;
  #notice: HostToView | undefined;
  #cursors: readonly ThreadCursor[] = [];
  /** A file of the playback reads otherwise now: its lines are no longer those of the steps. */
  #stale = false;
  /** The reader asked for the view, and its page has not taken the keyboard yet. */
  #wantsFocus = false;

  readonly #closed = new EventEmitter<void>();
  /** Nobody looks at a race any more. */
  readonly onDidClose = this.#closed.event;

  /** `restored`: what can be done for a playback that was saved with this `about`. */
  constructor(context: ExtensionContext, restored: (about: unknown) => RaceOrigin | undefined) {
    this.#context = context;
    const serializer = window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: (panel, state) => {
        // First: a panel that it takes the place of takes its race along.
        this.#adopt(panel);
        if (isSaved(state)) {
          this.#playback = state.playback;
          const origin = restored(state.about) ?? NOTHING;
          this.#origin = state.reason ? { ...origin, reason: state.reason } : origin;
        }
        return Promise.resolve();
      },
    });
    this.#listeners = [
      serializer,
      workspace.onDidChangeTextDocument(({ document }) => this.#textChanged(document)),
      workspace.onDidOpenTextDocument(document => this.#textChanged(document)),
    ];
  }

  show(playback: Playback, origin: RaceOrigin = NOTHING): void {
    this.#playback = playback;
    this.#origin = origin;
    this.#notice = undefined;
    this.#reveal();
    if (this.#panel) this.#panel.title = `Race: ${playback.title}`;
    this.#stale = this.#isStale();
    this.#tell();
  }

  /** Opens the panel and gives it the keyboard. */
  open(): void {
    this.#wantsFocus = true;
    if (this.#panel) this.#panel.reveal(undefined, false);
    else this.#reveal();
  }

  /** Says something in the panel, which opens for it: that a race is being explored, or why there is none. */
  say(text: string, kind: 'busy' | 'done' | 'failed'): void {
    this.#notice = { type: 'notice', text, kind };
    this.#reveal();
    this.#send(this.#notice);
  }

  /** There is nothing to show, and why. A panel that was opened for it alone goes again. */
  refuse(text: string): void {
    if (this.#playback !== undefined) return this.say(text, 'failed');
    this.#notice = undefined;
    this.#panel?.dispose();
    void window.showInformationMessage(text);
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#panel?.dispose();
  }

  #reveal(): void {
    if (this.#panel) {
      if (!this.#panel.visible) this.#panel.reveal(undefined, true);
      return;
    }
    const column = { viewColumn: ViewColumn.Beside, preserveFocus: false };
    this.#adopt(window.createWebviewPanel(VIEW_TYPE, 'Race', column));
  }

  #adopt(panel: WebviewPanel): void {
    this.#panel?.dispose();
    this.#panel = panel;
    this.#ready = false;
    const dist = Uri.joinPath(this.#context.extensionUri, 'dist');
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [] };
    panel.iconPath = Uri.joinPath(this.#context.extensionUri, 'media', 'icon.png');
    const editor = new RaceEditor((uri, line) => this.#send({ type: 'selectLine', uri, line }));
    this.#editor = editor;
    webview.onDidReceiveMessage((message: ViewToHost) => this.#receive(message));
    panel.onDidChangeViewState(() => {
      // A hidden page is gone; it starts again from its saved state when it is shown.
      if (panel.visible) return;
      this.#ready = false;
      this.#cursors = [];
      editor.update([]);
    });
    panel.onDidDispose(() => {
      editor.dispose();
      if (this.#panel !== panel) return;
      this.#closed.fire();
      this.#panel = undefined;
      this.#editor = undefined;
      this.#playback = undefined;
      this.#origin = NOTHING;
      this.#cursors = [];
    });
    webview.html = racePage({ ...viewFiles(dist.fsPath), nonce: randomBytes(16).toString('base64') });
  }

  #send(message: HostToView): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a webview is no window and has no origin to name
    if (this.#ready) void this.#panel?.webview.postMessage(message);
  }

  #tell(): void {
    const { abilities, about, reason } = this.#origin;
    if (this.#playback) {
      const more = reason === undefined ? {} : { reason };
      this.#send({ type: 'show', playback: this.#playback, abilities, about, stale: this.#stale, ...more });
    }
    if (!this.#wantsFocus || !this.#ready) return;
    this.#wantsFocus = false;
    this.#send({ type: 'focus' });
  }

  /** Marks in a text that reads otherwise would stand on any line. */
  #mark(): void {
    this.#editor?.update(this.#stale ? [] : this.#cursors);
  }

  #isStale(): boolean {
    const sources = this.#playback?.sources ?? [];
    return workspace.textDocuments.some(document => sources.some(source => !showsText(document, source)));
  }

  #textChanged(document: TextDocument): void {
    const uri = document.uri.toString();
    if (!this.#panel || !this.#playback?.sources.some(source => source.uri && Uri.parse(source.uri).toString() === uri))
      return;
    const stale = this.#isStale();
    if (stale === this.#stale) return;
    this.#stale = stale;
    this.#mark();
    this.#send({ type: 'stale', stale });
  }

  #receive(message: ViewToHost): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        // A page that restored itself still needs to learn what can be done for it.
        this.#stale = this.#isStale();
        this.#tell();
        if (this.#notice) this.#send(this.#notice);
        break;
      case 'cursors':
        this.#cursors = message.cursors;
        this.#mark();
        break;
      case 'reveal':
        void reveal(message.range);
        break;
      case 'openRule':
        void commands.executeCommand('gilproof.openRuleDocumentation', message.rule);
        break;
      case 'copy':
        void this.#answer(async () => {
          await env.clipboard.writeText(message.text);
          return 'Copied.';
        });
        break;
      case 'applyFix':
        void this.#answer(this.#origin.applyFix?.bind(this.#origin));
        break;
      case 'exportReproducer':
        void this.#answer(this.#origin.exportReproducer?.bind(this.#origin));
        break;
      case 'rerun':
        void this.#origin.rerun?.();
        break;
      case 'runModel':
        void this.#runModel(message.model);
        break;
    }
  }

  async #runModel(model: ModelName): Promise<void> {
    const origin = this.#origin;
    await this.#answer(async () => {
      const playback = await origin.runModel?.(model);
      // Another race may have been opened meanwhile.
      if (playback && origin === this.#origin) this.show(playback, origin);
      return '';
    });
  }

  async #answer(run: (() => Promise<string>) | undefined): Promise<void> {
    if (!run) return;
    try {
      const text = await run();
      if (text) this.#send({ type: 'notice', text, kind: 'done' });
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#send({ type: 'notice', text, kind: 'failed' });
    }
  }
}

/** Shows a place in an editor that is not the panel's own column, keeping the focus in the view. */
async function reveal(at: FileRange): Promise<void> {
  const uri = Uri.parse(at.uri);
  const open = window.visibleTextEditors.find(editor => editor.document.uri.toString() === uri.toString());
  const document = open?.document ?? (await workspace.openTextDocument(uri));
  const editor = await window.showTextDocument(document, {
    viewColumn: open?.viewColumn ?? ViewColumn.One,
    preserveFocus: true,
  });
  editor.revealRange(new Range(at.line, 0, at.line, 0), TextEditorRevealType.InCenterIfOutsideViewport);
}

/** The view's script and style, read when the first panel opens. */
let files: { readonly script: string; readonly style: string } | undefined;

function viewFiles(dist: string): NonNullable<typeof files> {
  const text = (name: string): string => readFileSync(join(dist, name), 'utf8');
  files ??= { script: text('webview.js'), style: text('webview.css') };
  return files;
}

/**
 * The editor's settings, asked for each file and never held in a global: two folders of one window may differ.
 * Only what the user set overrides the project's own file, so the editor's defaults are null and are left out here.
 */
import type { Connection } from 'vscode-languageserver';
import type { Client } from './client.ts';
import { uriOf } from './uris.ts';

const SECTION = 'gilproof';

/** When open documents are analysed. */
type Run = 'onType' | 'onSave';

export interface EditorSettings {
  readonly enable: boolean;
  readonly run: Run;
  /** Lenses above functions whose race can be played. */
  readonly codeLens: boolean;
  /** Everything else that is set, by the name after `gilproof.`; unchecked. */
  readonly values: Readonly<Record<string, unknown>>;
}

export class SettingsCache {
  readonly #connection: Connection;
  readonly #client: Client;
  readonly #byFile = new Map<string, Promise<EditorSettings>>();
  /** Of clients that don't answer questions: what they sent last. */
  #sent: unknown;

  constructor(connection: Connection, client: Client) {
    this.#connection = connection;
    this.#client = client;
    this.#sent = client.options.settings;
  }

  for(file: string): Promise<EditorSettings> {
    const known = this.#byFile.get(file);
    if (known !== undefined) return known;
    const asked = this.#ask(file);
    this.#byFile.set(file, asked);
    return asked;
  }

  /** Settings changed. `sent`: the new ones, from a client that sends them along. */
  changed(sent: unknown): void {
    this.#byFile.clear();
    if (typeof sent === 'object' && sent !== null && SECTION in sent) this.#sent = sent[SECTION];
  }

  async #ask(file: string): Promise<EditorSettings> {
    if (!this.#client.answersConfiguration) return readSettings(this.#sent);
    try {
      const question = { scopeUri: uriOf(file), section: SECTION };
      return readSettings(await this.#connection.workspace.getConfiguration(question));
    } catch (error) {
      // Asked again next time: a client that is starting up or closing down may not answer.
      this.#byFile.delete(file);
      this.#connection.console.warn(`No settings for ${file}: ${String(error)}`);
      return readSettings(null);
    }
  }
}

function readSettings(given: unknown): EditorSettings {
  const table = typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
  const { enable, run, codeLens, trace: _trace, ...rest } = table;
  return {
    enable: enable !== false,
    run: run === 'onSave' ? 'onSave' : 'onType',
    codeLens: codeLens !== false,
    values: Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && value !== undefined)),
  };
}

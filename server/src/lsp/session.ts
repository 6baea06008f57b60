/** What the handlers of one connection share. There is no state outside it: two servers can live in one process. */
import type { Connection } from 'vscode-languageserver';
import type { AnalysisService } from '../workspace/service.ts';
import type { Client } from './client.ts';
import type { Documents } from './documents.ts';
import type { Guard } from './guard.ts';
import type { Places } from './places.ts';
import type { SettingsCache } from './settings.ts';
import type { StatusReporter } from './status.ts';

/** What the user set in the editor for a file, by the name after `gilproof.`; unchecked. */
type EditorValues = (file: string) => Promise<Readonly<Record<string, unknown>>>;

/** The world of the server. */
export interface ServerDeps {
  readonly version: string;
  /** Called once a connection. `folders`: paths that the editor has open. Rejects when the parser can't be loaded: then there is nothing to serve. */
  createService(values: EditorValues, folders: readonly string[]): Promise<AnalysisService>;
  readFile(path: string): Promise<string | null>;
  /** URI of a rule's page, shown where the client names no place of its own; null when there is no page. */
  rulePage(rule: string): string | null;
  /** Milliseconds, only for differences. */
  now(): number;
  /** Runs once after so many milliseconds, unless cancelled before by calling the result. */
  later(milliseconds: number, run: () => void): () => void;
  /** Told of each document that is opened, changed or closed. */
  touched?(): void;
}

export interface Session {
  readonly connection: Connection;
  readonly deps: ServerDeps;
  readonly client: Client;
  readonly service: AnalysisService;
  readonly documents: Documents;
  readonly places: Places;
  readonly settings: SettingsCache;
  readonly status: StatusReporter;
  readonly guard: Guard;
}

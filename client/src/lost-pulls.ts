/**
 * Sees to it that every change is followed by a pull of diagnostics. vscode-languageclient (11.0) forgets a document whose tab is
 * closed and opened again while the last pull for the closed one runs, and pulls no more for it: what it showed then would stay.
 */

export interface PullWatchWorld {
  /** Runs once after so many milliseconds. */
  later(milliseconds: number, run: () => void): void;
  /** Version of the document that somebody sees; null when nobody does. */
  shownVersion(uri: string): number | null;
  /** Pulls for all documents that are shown. */
  refresh(): void;
}

/** A change that was not asked about for so long never will be: the client asks at once, or when its running request has ended. */
const PATIENCE = 1500;

export class PullWatch {
  readonly #world: PullWatchWorld;
  /** Newest version asked about, for documents that we serve. */
  readonly #asked = new Map<string, number>();
  readonly #waiting = new Set<string>();

  constructor(world: PullWatchWorld) {
    this.#world = world;
  }

  asked(uri: string, version: number): void {
    this.#asked.set(uri, version);
  }

  changed(uri: string): void {
    if (!this.#asked.has(uri) || this.#waiting.has(uri)) return;
    this.#waiting.add(uri);
    this.#world.later(PATIENCE, () => this.#look(uri));
  }

  closed(uri: string): void {
    this.#asked.delete(uri);
  }

  #look(uri: string): void {
    this.#waiting.delete(uri);
    const asked = this.#asked.get(uri);
    const shown = this.#world.shownVersion(uri);
    if (asked !== undefined && shown !== null && asked < shown) this.#world.refresh();
  }
}

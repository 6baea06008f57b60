/**
 * What is known of races without anybody having asked to see them: how each ends, for the lens above its function. Found out in
 * the background while nobody types, and remembered by the text of the function. What else a race depends on may change with any
 * other function: after a file was saved, what is seen is found out about anew, and said as it was until then.
 */
import { CodeLensRefreshRequest } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Demonstration, DemonstrationStatus } from '../demonstrate/model.ts';
import type { FunctionPlace, ReportedFinding } from '../workspace/service.ts';
import type { Session } from './session.ts';

/** Milliseconds without a change before races are looked for. */
const QUIET = 600;
/** Milliseconds in which titles are gathered before lenses are asked for anew. */
const GATHER = 100;
/** Races remembered; more than a large file has. */
const REMEMBERED = 500;

export interface RaceTitle {
  readonly status: DemonstrationStatus;
  readonly title: string;
  /** How often files had been saved when it was found out. */
  readonly saves: number;
}

interface Wanted {
  readonly file: string;
  readonly version: number;
  readonly finding: ReportedFinding;
}

export class RaceTitles {
  readonly #session: Session;
  /** In order of use, oldest first. */
  readonly #known = new Map<string, RaceTitle>();
  readonly #wanted = new Map<string, Wanted>();
  #saves = 0;
  #cancelTimer: (() => void) | null = null;
  #cancelRefresh: (() => void) | null = null;
  /** Aborted: nothing is found out about at the moment. */
  #run = { aborted: true };

  constructor(session: Session) {
    this.#session = session;
    session.documents.listen(({ kind, file }) => {
      if (kind === 'saved') {
        this.#saves++;
        this.refresh();
      }
      if (kind !== 'changed' && kind !== 'closed') return;
      this.#run.aborted = true;
      for (const [key, wanted] of this.#wanted) if (wanted.file === file) this.#wanted.delete(key);
      if (this.#wanted.size > 0) this.#later();
    });
  }

  /** The key of a finding: equal as long as its function reads the same, wherever it stands. */
  static key(text: TextDocument, { start, end }: FunctionPlace, { rule, subject, span }: ReportedFinding): string {
    return `${rule}\n${subject}\n${span.start - start}\n${text.getText().slice(start, end)}`;
  }

  get(key: string): RaceTitle | undefined {
    return this.#known.get(key);
  }

  /** Nothing was saved since it was found out. */
  isFresh({ saves }: RaceTitle): boolean {
    return saves === this.#saves;
  }

  set(key: string, { status, title }: Pick<Demonstration, 'status' | 'title'>): void {
    const before = this.#known.get(key);
    this.#known.delete(key);
    this.#known.set(key, { status, title, saves: this.#saves });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      this.#known.delete(oldest);
    }
    if (before?.status !== status || before.title !== title) this.refresh();
  }

  /** Somebody sees the lens: find out when there is time. */
  want(key: string, wanted: Wanted): void {
    // Asked for again while it waits, it does not wait longer.
    const known = this.#known.get(key);
    if (known !== undefined && this.isFresh(known)) return;
    if (this.#wanted.get(key)?.version === wanted.version) return;
    this.#wanted.set(key, wanted);
    this.#later();
  }

  refresh(): void {
    if (!this.#session.client.refreshesLenses) return;
    this.#cancelRefresh?.();
    this.#cancelRefresh = this.#session.deps.later(GATHER, () => {
      this.#session.connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
    });
  }

  #later(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#session.deps.later(QUIET, () => void this.#findOut());
  }

  /** Those that are wanted while this runs are found out about as well. */
  async #findOut(): Promise<void> {
    if (!this.#run.aborted) return;
    const run = { aborted: false };
    this.#run = run;
    await this.#findOutAll(run).finally(() => {
      run.aborted = true;
    });
  }

  async #findOutAll(run: { readonly aborted: boolean }): Promise<void> {
    const { service, documents, connection } = this.#session;
    for (const [key, { file, version, finding }] of this.#wanted) {
      // After a change the lenses come again, with findings of the new text.
      if (run.aborted || documents.get(file)?.text.version !== version) return;
      try {
        this.set(key, await service.demonstrate(file, finding, {}, { patient: true, signal: run }));
      } catch (error) {
        if (run.aborted) return;
        connection.console.error(`The race of ${finding.rule} in ${file}: ${String(error)}`);
        this.set(key, { status: 'not-modelled', title: '' });
      }
      this.#wanted.delete(key);
    }
  }
}

/**
 * One extension checked: its texts read (headers first, because their macros and types tell how to read the rest), then all rules run over
 * them together. Keeps what it read, so that after an edit one file is read and one extension checked again.
 */
import type { FunctionUnit, ParseHealth } from '../program/model.ts';
import type { Finding } from '../rules/finding.ts';
import type { Core, CoreSettings, ReadFile } from './core.ts';
import { type IncludeClosure, includeClosure } from './includes.ts';
import { includesOf } from './outline.ts';
import { isHeader } from './paths.ts';
import { type Skip, skipOf } from './recognise.ts';
import type { FunctionPlace, Signal, Skipped } from './service.ts';

export interface CheckedFile {
  readonly file: string;
  readonly skipped: Skipped | null;
  readonly generator: string | null;
  readonly failure: string | null;
  readonly health: ParseHealth | null;
  readonly findings: readonly Finding[];
  /** For comments above functions. */
  readonly functions: readonly FunctionPlace[];
}

export interface CheckRequest {
  readonly files: readonly string[];
  /** Files that settings declare generated. */
  readonly generated: readonly string[];
  readonly settings: CoreSettings;
  readonly includeDirectories: readonly string[];
  /** Headers among the files that other extensions include too. */
  readonly shared?: readonly string[];
  /** All other files are dropped once they are checked. */
  readonly once?: boolean;
}

export interface CheckerWorld {
  readonly core: Core;
  text(file: string): Promise<string | null>;
  /** Lets other work in (messages of cancellation among it) between files. */
  pause(): Promise<void>;
}

interface KeptRead {
  readonly read: ReadFile;
  readonly headers: readonly ReadFile[];
  readonly settings: string;
}

interface KeptCheck {
  readonly reads: readonly ReadFile[];
  readonly settings: string;
  readonly findings: readonly Finding[];
  readonly failure: string | null;
}

interface Look {
  readonly text: string | null;
  readonly skip: Skip | null;
  readonly includes: readonly string[];
}

/** An editor's documents may belong to so many extensions, one after the other. */
const MOST_CLOSURES = 8;

/** Headers that a scan keeps read. */
const MOST_KEPT = 400;

export class Checker {
  readonly #world: CheckerWorld;
  readonly #reads = new Map<string, KeptRead>();
  readonly #checks = new Map<string, KeptCheck>();
  readonly #looks = new Map<string, Look>();
  /** Of the extensions that were read last, by all that they include. */
  readonly #closures = new Map<string, IncludeClosure>();

  constructor(world: CheckerWorld) {
    this.#world = world;
  }

  /** Null when cancelled. */
  async check(request: CheckRequest, signal?: Signal): Promise<readonly CheckedFile[] | null> {
    const reads = await this.read(request, signal);
    if (!reads) return null;
    const run = this.#run(
      request,
      [...reads.values()].flatMap(entry => entry.read ?? []),
    );
    return request.files.map(file => {
      const entry = reads.get(file);
      const failure = entry?.failure ?? run.failure;
      const skipped = !entry ? 'unreadable' : (entry.skipped ?? (failure === null ? null : 'failed'));
      return {
        file,
        skipped,
        generator: entry?.generator ?? null,
        failure: skipped === 'failed' ? failure : null,
        health: skipped === null ? (entry?.read?.unit.health ?? null) : null,
        findings: skipped === null ? run.findings.filter(finding => finding.file === file) : [],
        functions: skipped === null ? placesOf(entry?.read?.unit.functions ?? []) : [],
      };
    });
  }

  /** The files of an extension as read, for explanations, hover and fixes. Null when cancelled. */
  async read(request: CheckRequest, signal?: Signal): Promise<ReadonlyMap<string, FileEntry> | null> {
    const texts = new Map<string, string | null>();
    for (const file of request.files) texts.set(file, await this.#world.text(file));
    const closure = this.#closureOf(texts, request.includeDirectories);
    const settings = JSON.stringify(request.settings);
    const entries = new Map<string, FileEntry>();
    // Fewest includes first: a header is read before what includes it. Cycles end at whatever is read first.
    const order = [...request.files].sort((a, b) => (closure.get(a)?.length ?? 0) - (closure.get(b)?.length ?? 0));
    const skips = new Map(
      request.files.map(file => {
        const generated = request.generated.includes(file) ? { reason: 'generated' as const, generator: null } : null;
        return [file, generated ?? this.#look(file, texts.get(file) ?? null).skip] as const;
      }),
    );
    const wanted = new Set(
      request.files.flatMap(file => (skips.get(file) ? [] : [file, ...(closure.get(file) ?? [])])),
    );
    for (const file of order) {
      if (signal?.aborted) return null;
      const text = texts.get(file) ?? null;
      const skip = skips.get(file) ?? null;
      const skipped = skip?.reason ?? null;
      const generator = skip?.generator ?? null;
      if (text === null || !wanted.has(file) || !isWorthReading(file, skipped)) {
        entries.set(file, { skipped, generator, failure: null, read: null });
        continue;
      }
      const headers = (closure.get(file) ?? []).flatMap(header => entries.get(header)?.read ?? []);
      const kept = this.#reads.get(file);
      try {
        const once = request.once === true && request.shared?.includes(file) !== true;
        const read = this.#readOne(file, text, headers, { of: request.settings, key: settings }, once);
        entries.set(file, { skipped, generator, failure: null, read });
        if (kept?.read !== read) await this.#world.pause();
      } catch (error) {
        entries.set(file, { skipped, generator, failure: messageOf(error), read: null });
      }
    }
    // Back in path order, so that findings don't depend on who includes whom.
    return new Map(
      request.files.flatMap(file => {
        const entry = entries.get(file);
        return entry ? [[file, entry] as const] : [];
      }),
    );
  }

  forget(file: string): void {
    this.#looks.delete(file);
    this.#reads.delete(file);
  }

  /** After an extension was reported: what no other one is going to ask for is let go of. */
  drop(files: readonly string[], shared: readonly string[] = []): void {
    this.#checks.delete(files.join('\n'));
    const kept = new Set(shared);
    for (const file of files) {
      const read = this.#reads.get(file);
      this.#reads.delete(file);
      this.#looks.delete(file);
      // Put back at the end: the order of the map is the order of use.
      if (read && kept.has(file)) this.#reads.set(file, read);
    }
    for (const oldest of this.#reads.keys()) {
      if (this.#reads.size <= MOST_KEPT) break;
      this.#reads.delete(oldest);
    }
  }

  /** What a text says at first sight: asked of all files of an extension at every key. */
  #look(file: string, text: string | null): Look {
    const known = this.#looks.get(file);
    if (known !== undefined && known.text === text) return known;
    const look: Look = { text, skip: skipOf(text), includes: text === null ? [] : includesOf(text) };
    this.#looks.set(file, look);
    return look;
  }

  /** Includes change seldom, and following them costs more than reading an edited function. */
  #closureOf(texts: ReadonlyMap<string, string | null>, directories: readonly string[]): IncludeClosure {
    const includes = new Map([...texts].map(([file, text]) => [file, this.#look(file, text).includes] as const));
    const key = JSON.stringify([directories, ...includes]);
    let closure = this.#closures.get(key);
    if (closure === undefined) closure = includeClosure(includes, directories);
    // Put back at the end: the order of the map is the order of use.
    this.#closures.delete(key);
    this.#closures.set(key, closure);
    for (const oldest of this.#closures.keys()) {
      if (this.#closures.size <= MOST_CLOSURES) break;
      this.#closures.delete(oldest);
    }
    return closure;
  }

  #readOne(
    file: string,
    text: string,
    headers: readonly ReadFile[],
    settings: { readonly of: CoreSettings; readonly key: string },
    once: boolean,
  ): ReadFile {
    const kept = this.#reads.get(file);
    const same = kept?.settings === settings.key && sameItems(kept.headers, headers);
    if (kept && same && kept.read.text === text) return kept.read;
    const before = kept && same ? kept.read : null;
    const read = this.#world.core.read({ file, text, headers, settings: settings.of, before, once });
    this.#reads.set(file, { read, headers, settings: settings.key });
    return read;
  }

  /** The layers below promise not to throw for any text. Should one do so, its extension is reported as failed, not the scan. */
  #run(request: CheckRequest, reads: readonly ReadFile[]): Omit<KeptCheck, 'reads' | 'settings'> {
    const key = request.files.join('\n');
    const settings = JSON.stringify(request.settings);
    const kept = this.#checks.get(key);
    if (kept && kept.settings === settings && sameItems(kept.reads, reads)) return kept;
    let run: Omit<KeptCheck, 'reads' | 'settings'>;
    try {
      run = { findings: this.#world.core.check(reads, request.settings), failure: null };
    } catch (error) {
      run = { findings: [], failure: messageOf(error) };
    }
    this.#checks.set(key, { reads, settings, ...run });
    return run;
  }
}

export function placesOf(functions: readonly FunctionUnit[]): FunctionPlace[] {
  return functions.map(({ start, body }) => ({ start, block: start + body.block.start, end: start + body.length }));
}

export interface FileEntry {
  readonly skipped: Skipped | null;
  readonly generator: string | null;
  readonly failure: string | null;
  /** Null for texts that are not even read: binary, too large, generated sources. */
  readonly read: ReadFile | null;
}

/** Headers without a Python name still hold structs and macros of the sources; Clinic's headers hold method tables. */
function isWorthReading(file: string, skipped: Skipped | null): boolean {
  return skipped === null || (isHeader(file) && (skipped === 'not-python' || skipped === 'generated'));
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The innermost place is enough to find the mistake, and fits into a line of a report.
  const place = error.stack?.split('\n').find(line => /^\s+at /.test(line));
  return place === undefined ? error.message : `${error.message} (${place.trim()})`;
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

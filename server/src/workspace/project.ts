/** The sources around a file, grouped into extensions; and the settings that hold for each of them. */
import {
  type Configuration,
  mergeSettings,
  readConfiguration,
  SETTINGS_FILES,
  type Vocabulary,
} from './configuration.ts';
import { type Extension, type FileFacts, groupExtensions } from './extensions.ts';
import { outlineOf } from './outline.ts';
import { ancestors, directoryOf, joinPath } from './paths.ts';
import { type Skip, skipOf } from './recognise.ts';
import type { Host, Signal } from './service.ts';
import type { Settings } from './settings.ts';
import type { Texts } from './texts.ts';

export interface FileSettings {
  readonly settings: Settings;
  /** Where relative globs and paths start: the settings file's directory, or the project's. */
  readonly base: string;
}

/** What an editor or the command line sets for a file, over the project's own settings. An editor has to be asked. */
export type Overrides = (file: string) => Partial<Settings> | Promise<Partial<Settings>>;

/** Settings files read once; `changed` forgets them all, because one may hide another. */
export class SettingsFinder {
  readonly #texts: Texts;
  readonly #host: Host;
  readonly #vocabulary: Vocabulary;
  readonly #overrides: Overrides;
  readonly #byDirectory = new Map<string, Promise<{ configuration: Configuration; base: string } | null>>();

  constructor(host: Host, texts: Texts, vocabulary: Vocabulary, overrides: Overrides) {
    this.#host = host;
    this.#texts = texts;
    this.#vocabulary = vocabulary;
    this.#overrides = overrides;
  }

  async of(file: string, fallback: string): Promise<FileSettings> {
    const found = await this.#nearest(directoryOf(file));
    const settings = mergeSettings(found?.configuration.values ?? {}, await this.#overrides(file));
    return { settings, base: found?.base ?? fallback };
  }

  changed(): void {
    this.#byDirectory.clear();
  }

  #nearest(directory: string): Promise<{ configuration: Configuration; base: string } | null> {
    let found = this.#byDirectory.get(directory);
    if (!found) {
      found = this.#search(directory);
      this.#byDirectory.set(directory, found);
    }
    return found;
  }

  async #search(directory: string): Promise<{ configuration: Configuration; base: string } | null> {
    const names = (await this.#host.list(directory)) ?? [];
    for (const name of SETTINGS_FILES) {
      const path = joinPath(directory, name);
      if (!names.includes(name) && !this.#texts.isOpen(path)) continue;
      const text = await this.#texts.read(path);
      const configuration = text === null ? null : readConfiguration(path, text, this.#vocabulary);
      if (configuration) return { configuration, base: directory };
    }
    const parent = ancestors(directory)[1];
    return parent === undefined ? null : this.#nearest(parent);
  }
}

/** A set of files grouped: what a scan was given, or what lies around a document. */
export interface Grouping {
  readonly extensions: readonly Extension[];
  /** Extensions that a file is part of: several for a shared header. */
  readonly of: ReadonlyMap<string, readonly Extension[]>;
  /** Why files are in none. */
  readonly skipped: ReadonlyMap<string, Skip>;
}

/** `files` as they are now. Texts are looked at but not parsed. */
export async function groupFiles(
  files: readonly string[],
  texts: Texts,
  includeDirectories: readonly string[],
  signal: Signal | undefined,
): Promise<Grouping> {
  const facts = new Map<string, FileFacts>();
  const skipped = new Map<string, Skip>();
  for (const file of files) {
    if (signal?.aborted) break;
    const text = await texts.glance(file);
    const skip = skipOf(text);
    if (skip) skipped.set(file, skip);
    // Headers without Python names still belong to those who include them, and sources may be included too.
    const readable = text !== null && skip?.reason !== 'too-large' && skip?.reason !== 'binary';
    const outline = readable ? outlineOf(text) : EMPTY;
    facts.set(file, { outline, analysed: skip === null, length: text?.length ?? 0 });
  }
  const extensions = groupExtensions(facts, includeDirectories);
  const of = new Map<string, Extension[]>();
  for (const extension of extensions) {
    for (const file of extension.files) {
      const list = of.get(file);
      if (list) list.push(extension);
      else of.set(file, [extension]);
    }
  }
  return { extensions, of, skipped };
}

const EMPTY = outlineOf('');

/**
 * Which files form one extension: they are analysed together, so that a struct, a static function's contexts or a lock taken by
 * the caller are known wherever they stand. Two sources belong together when one includes the other or calls a function that
 * only the other defines. Headers go along with every extension that includes them.
 */
import { includeClosure } from './includes.ts';
import type { Outline } from './outline.ts';
import { comparePaths, directoryOf, isHeader } from './paths.ts';

export interface Extension {
  /** All files in path order; headers that several extensions include are in each. */
  readonly files: readonly string[];
}

/** An extension stops growing here: sources, and UTF-16 units of all of its texts. Bounds the cost of one edit. */
const MOST_SOURCES = 200;
const MOST_TEXT = 8_000_000;

/** A name defined in more files than this says nothing about which one is meant (templates, copies for each platform). */
const MOST_DEFINERS = 3;

export interface FileFacts {
  readonly outline: Outline;
  /** Python extension code that people wrote. What is not joins nothing and comes along only where it is included. */
  readonly analysed: boolean;
  readonly length: number;
}

/** Files that are in none of the extensions are not analysed. */
export function groupExtensions(files: ReadonlyMap<string, FileFacts>, directories: readonly string[]): Extension[] {
  const paths = [...files.keys()].sort(comparePaths);
  const analysed = paths.filter(path => files.get(path)?.analysed === true);
  const sources = analysed.filter(path => !isHeader(path));
  const reached = includeClosure(
    new Map([...files].map(([path, { outline }]) => [path, outline.includes])),
    directories,
  );

  const groups = new UnionFind(sources, files);
  const definers = new Map<string, string[]>();
  for (const path of sources) {
    for (const name of files.get(path)?.outline.defines ?? []) {
      const list = definers.get(name);
      if (list) list.push(path);
      else definers.set(name, [path]);
    }
  }
  // Strongest ties first, so that a bound that is hit cuts the weakest: text included, then callers in the same directory.
  for (const path of sources) {
    for (const other of reached.get(path) ?? []) groups.join(path, other);
  }
  for (const near of [true, false]) {
    for (const path of sources) {
      for (const name of files.get(path)?.outline.mentions ?? []) {
        const owners = definers.get(name);
        if (!owners || owners.length > MOST_DEFINERS) continue;
        for (const owner of owners) if ((directoryOf(owner) === directoryOf(path)) === near) groups.join(path, owner);
      }
    }
  }

  const extensions: Extension[] = [];
  const covered = new Set<string>();
  for (const members of groups.sets()) {
    const all = new Set(members);
    for (const member of members) for (const header of reached.get(member) ?? []) all.add(header);
    for (const file of all) covered.add(file);
    extensions.push({ files: [...all].sort(comparePaths) });
  }
  // Headers that nobody includes are read on their own (header-only libraries), with what they include.
  for (const path of analysed) {
    if (covered.has(path)) continue;
    extensions.push({ files: [...new Set([path, ...(reached.get(path) ?? [])])].sort(comparePaths) });
  }
  return extensions.sort((a, b) => comparePaths(a.files[0] ?? '', b.files[0] ?? ''));
}

/**
 * The extension in which an editor shows a file. A header may be part of dozens, and checking them all at every key would
 * take seconds: the one with the source of the same name, else the one with most files beside it. A scan looks at all.
 */
export function homeOf(file: string, extensions: readonly Extension[]): Extension {
  const stem = file.replace(/\.[^/]*$/, '.');
  const directory = directoryOf(file);
  const closeness = ({ files }: Extension): number =>
    files.some(other => other !== file && other.startsWith(stem))
      ? Number.MAX_SAFE_INTEGER
      : files.filter(other => directoryOf(other) === directory).length;
  const ranked = extensions.map(extension => ({ extension, rank: closeness(extension) }));
  return ranked.sort((a, b) => b.rank - a.rank)[0]?.extension ?? { files: [file] };
}

/** Disjoint sets of sources whose joins stop at the bounds. */
class UnionFind {
  readonly #parent = new Map<string, string>();
  readonly #size = new Map<string, { sources: number; text: number }>();

  constructor(sources: readonly string[], files: ReadonlyMap<string, FileFacts>) {
    for (const path of sources) {
      this.#parent.set(path, path);
      this.#size.set(path, { sources: 1, text: files.get(path)?.length ?? 0 });
    }
  }

  #root(path: string): string {
    let at = path;
    for (let up = this.#parent.get(at); up !== undefined && up !== at; up = this.#parent.get(at)) at = up;
    this.#parent.set(path, at);
    return at;
  }

  /** Nothing happens for what is no source, and when the joined set would be too large. */
  join(a: string, b: string): void {
    if (!this.#parent.has(a) || !this.#parent.has(b)) return;
    const [first, second] = [this.#root(a), this.#root(b)].sort(comparePaths);
    if (first === undefined || second === undefined || first === second) return;
    const one = this.#size.get(first);
    const two = this.#size.get(second);
    if (!one || !two) return;
    const sources = one.sources + two.sources;
    const text = one.text + two.text;
    if (sources > MOST_SOURCES || text > MOST_TEXT) return;
    this.#parent.set(second, first);
    this.#size.set(first, { sources, text });
  }

  /** The sets, each in path order, in the order of their first members. */
  sets(): string[][] {
    const sets = new Map<string, string[]>();
    for (const path of [...this.#parent.keys()].sort(comparePaths)) {
      const root = this.#root(path);
      const list = sets.get(root);
      if (list) list.push(path);
      else sets.set(root, [path]);
    }
    return [...sets.values()];
  }
}

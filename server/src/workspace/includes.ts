/** Finding the file that an `#include` means, among files that are known. */
import { comparePaths, directoryOf, isInside, joinPath } from './paths.ts';

/** Places that projects keep their headers in, tried from the including file's directory upward. */
const CUSTOMARY = ['include', 'Include', 'src', 'src/include'];

/** Directories above the including file that are tried. Beyond it a name is looked up by its ending alone. */
const LEVELS = 6;

/** For each file the files at hand that it includes, directly or through others, in path order; never the file itself. */
export type IncludeClosure = ReadonlyMap<string, readonly string[]>;

/** `includes`: names as written, by file. */
export function includeClosure(
  includes: ReadonlyMap<string, readonly string[]>,
  directories: readonly string[],
): IncludeClosure {
  const resolver = createIncludeResolver(includes.keys(), directories);
  const direct = new Map<string, readonly string[]>();
  for (const [file, names] of includes)
    direct.set(
      file,
      names.flatMap(name => resolver.resolve(file, name) ?? []),
    );
  const closure = new Map<string, readonly string[]>();
  for (const file of includes.keys()) {
    const seen = new Set<string>();
    const open = [...(direct.get(file) ?? [])];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === file || seen.has(at)) continue;
      seen.add(at);
      open.push(...(direct.get(at) ?? []));
    }
    closure.set(file, [...seen].sort(comparePaths));
  }
  return closure;
}

interface IncludeResolver {
  /** The file, or null: not part of what is at hand (system headers, Python's own). */
  resolve(from: string, name: string): string | null;
}

/**
 * `known`: absolute paths of all files at hand. `directories`: the project's configured include directories, absolute.
 * A name that is found by none of the usual ways but ends the path of exactly one known file means that file: build
 * systems pass include directories that nobody wrote down for us.
 */
function createIncludeResolver(known: Iterable<string>, directories: readonly string[]): IncludeResolver {
  const files = new Set(known);
  // Python's own headers are known as facts (`capi/`): reading them with every extension would cost much and tell nothing.
  for (const file of [...files].filter(path => path.endsWith('/Python.h'))) {
    for (const path of files) if (isInside(path, directoryOf(file))) files.delete(path);
  }
  const byName = new Map<string, string[]>();
  for (const file of files) {
    const name = file.slice(file.lastIndexOf('/') + 1);
    const list = byName.get(name);
    if (list) list.push(file);
    else byName.set(name, [file]);
  }
  const memo = new Map<string, string | null>();

  function search(from: string, name: string): string | null {
    const namesakes = byName.get(name.slice(name.lastIndexOf('/') + 1));
    // Most includes name headers of the system.
    if (namesakes === undefined) return null;
    const base = directoryOf(from);
    const near = joinPath(base, name);
    if (files.has(near)) return near;
    for (const directory of directories) {
      const path = joinPath(directory, name);
      if (files.has(path)) return path;
    }
    let at = base;
    for (let level = 0; level < LEVELS && at !== '/'; level++, at = directoryOf(at)) {
      for (const place of ['', ...CUSTOMARY]) {
        const path = joinPath(at, place === '' ? name : `${place}/${name}`);
        if (files.has(path)) return path;
      }
    }
    const ending = `/${name.replace(/^(?:\.\.?\/)+/, '')}`;
    const candidates = namesakes.filter(file => file.endsWith(ending));
    return candidates.length === 1 ? (candidates[0] ?? null) : null;
  }

  return {
    resolve(from, name) {
      const key = `${directoryOf(from)}\n${name}`;
      let found = memo.get(key);
      if (found === undefined) {
        found = search(from, name);
        memo.set(key, found);
      }
      return found;
    },
  };
}

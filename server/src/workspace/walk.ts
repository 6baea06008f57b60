/** Source files below a directory, in path order: `.gitignore` files, excluded globs and customary rubbish left out. */
import ignore, { type Ignore } from 'ignore';
import {
  ancestors,
  baseName,
  comparePaths,
  directoryOf,
  isInside,
  isPath,
  isSource,
  joinPath,
  relativePath,
} from './paths.ts';
import { matchesGlob } from './select.ts';
import type { Host, Signal } from './service.ts';

/** Never holds a project's own sources. */
const RUBBISH = new Set(['node_modules', '__pycache__', 'site-packages', 'venv', 'env']);

/** A tree with more directories than this is cut: nobody opens an editor on a whole disk on purpose. */
const MOST_DIRECTORIES = 20_000;

export interface WalkOptions {
  readonly excluded: readonly string[];
  /** Stop after so many sources (the editor's look around a file). */
  readonly most?: number;
  /** Directories below the root too (default). */
  readonly deep?: boolean;
  readonly signal?: Signal | undefined;
}

interface Rules {
  readonly directory: string;
  readonly ignore: Ignore;
}

export async function listSources(host: Host, root: string, options: WalkOptions): Promise<string[]> {
  const found: string[] = [];
  const inherited = await rulesAbove(host, root);
  const open: { readonly directory: string; readonly rules: readonly Rules[] }[] = [
    { directory: root, rules: inherited },
  ];
  const most = options.most ?? Number.POSITIVE_INFINITY;
  let visited = 0;
  for (let at = open.pop(); at !== undefined && found.length < most; at = open.pop()) {
    if (options.signal?.aborted || ++visited > MOST_DIRECTORIES) break;
    const { directory } = at;
    const names = await host.list(directory);
    if (!names) continue;
    const own = names.includes('.gitignore') ? await readRules(host, directory) : null;
    const rules = own ? [...at.rules, own] : at.rules;
    const below: typeof open = [];
    for (const name of [...names].sort(comparePaths)) {
      const isDirectory = name.endsWith('/');
      const bare = isDirectory ? name.slice(0, -1) : name;
      const path = joinPath(directory, bare);
      if (isDirectory ? bare.startsWith('.') || RUBBISH.has(bare) : !isSource(path)) continue;
      if (isIgnored(rules, path, isDirectory) || isExcluded(options.excluded, root, path)) continue;
      if (!isDirectory) found.push(path);
      else if (options.deep !== false) below.push({ directory: path, rules });
    }
    open.push(...below.reverse());
  }
  return found.sort(comparePaths).slice(0, most);
}

/** Also true for files that were named on the command line or opened in an editor. */
export function isExcluded(globs: readonly string[], root: string, path: string): boolean {
  const relative = relativePath(root, path);
  return globs.some(glob => matchesGlob(glob, relative));
}

/** Where a project begins: the nearest directory upward that holds one of these. */
const MARKERS = ['pyproject.toml', 'setup.py', 'setup.cfg', 'meson.build', 'gilproof.toml', '.git/', '.git', '.hg/'];

export interface Project {
  readonly root: string;
  /** False for a directory that nothing says is a project: what lies below it may be anything. */
  readonly deep: boolean;
}

/**
 * The project that a file belongs to: where something upward says so, else the innermost of `folders` (what somebody opened or
 * scans as a whole) that holds it, else its own directory. Null for what is no path.
 */
export async function projectOf(host: Host, file: string, folders: readonly string[]): Promise<Project | null> {
  if (!isPath(file)) return null;
  const own = directoryOf(file);
  for (const directory of ancestors(own)) {
    const names = await host.list(directory);
    if (names?.some(name => MARKERS.includes(name))) return { root: directory, deep: true };
  }
  const folder = folders.filter(root => isInside(file, root)).sort((a, b) => b.length - a.length)[0];
  return folder === undefined ? { root: own, deep: false } : { root: folder, deep: true };
}

function isIgnored(rules: readonly Rules[], path: string, isDirectory: boolean): boolean {
  let ignored = false;
  for (const { directory, ignore: patterns } of rules) {
    if (path === directory || !isInside(path, directory)) continue;
    const verdict = patterns.test(relativePath(directory, path) + (isDirectory ? '/' : ''));
    if (verdict.ignored) ignored = true;
    else if (verdict.unignored) ignored = false;
  }
  return ignored;
}

/**
 * `.gitignore` files from the repository's top down to the directory above the root. A root that they ignore was asked for
 * by name: then they don't count.
 */
async function rulesAbove(host: Host, root: string): Promise<Rules[]> {
  const rules: Rules[] = [];
  if ((await host.list(root))?.some(name => name === '.git/' || name === '.git')) return rules;
  for (const directory of ancestors(directoryOf(root))) {
    const names = (await host.list(directory)) ?? [];
    if (names.includes('.gitignore')) {
      const own = await readRules(host, directory);
      if (own) rules.unshift(own);
    }
    if (names.some(name => baseName(name.replace(/\/$/, '')) === '.git')) {
      return isIgnoredSomewhere(rules, root) ? [] : rules;
    }
  }
  return [];
}

function isIgnoredSomewhere(rules: readonly Rules[], root: string): boolean {
  return ancestors(root).some(path => isIgnored(rules, path, true));
}

async function readRules(host: Host, directory: string): Promise<Rules | null> {
  const text = await host.readFile(joinPath(directory, '.gitignore'));
  return text === null ? null : { directory, ignore: ignore().add(text) };
}

/**
 * Rows of hazards that real commits fixed, and of code that is known to be right: a repository, a commit before the fix
 * (`parent`) or one to look at (`commit`), a `path`, the function's lines and a `family`. Sources come out of local git
 * repositories, `OWNER+NAME/repo` in a folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Family } from '../server/src/rules/finding.ts';

export interface TruthRow {
  readonly id: string;
  readonly repo: string;
  readonly parent?: string;
  readonly commit?: string;
  readonly path: string;
  readonly function: string;
  readonly family?: string;
  readonly alt_families?: readonly string[];
  readonly kind?: string;
  readonly line: number;
  readonly end_line?: number;
  readonly func_line?: number;
  readonly func_end_line?: number;
}

/** What a row's family may be called by us. */
const CALLED: Readonly<Record<string, readonly Family[]>> = {
  'borrowed-ref': ['borrowed-refs', 'buffers', 'object-state'],
  'missing-critical-section': ['object-state', 'buffers', 'atomics', 'critical-sections', 'borrowed-refs'],
  'static-singleton': ['globals', 'atomics', 'libc'],
  'lazy-init': ['globals', 'object-state', 'atomics'],
  'free-list': ['globals'],
  'dict-next': ['object-state', 'borrowed-refs'],
  'refcount-internal': ['refcounts'],
  'gil-api': ['gil-api', 'object-state', 'critical-sections'],
  'module-gil-slot': ['module'],
  'critical-section-misuse': ['critical-sections'],
  allocator: ['allocation'],
  libc: ['libc'],
  atomics: ['atomics'],
};

const SOURCE = /\.(?:c|h|cc|cpp|cxx|hpp|c\.src|h\.src|inc)$/;

export function readTruth(file: string, only: readonly string[], skip: readonly string[]): TruthRow[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as TruthRow)
    .filter(row => (only.length === 0 || only.includes(row.repo)) && !skip.includes(row.repo));
}

/** Families that the row's hazard may be reported under; all, where nothing says. */
export function familiesOf(row: TruthRow): readonly Family[] {
  const families = [...(row.family === undefined ? [''] : [row.family]), ...(row.alt_families ?? [])];
  return families.flatMap(one => CALLED[one] ?? Object.values(CALLED).flat());
}

/** Where the row's function stands: offsets in the text of its file. */
export function spanOf(row: TruthRow, text: string): { start: number; end: number } {
  const lines = text.split('\n');
  const offsetOf = (line: number): number => lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
  if (row.kind !== undefined && row.kind !== 'function') return { start: 0, end: Number.POSITIVE_INFINITY };
  return {
    start: offsetOf((row.func_line ?? row.line) - 1),
    end: offsetOf(row.func_end_line ?? row.end_line ?? row.line),
  };
}

/** The C and C++ sources at the row's commit, unpacked below `trees`; null when the repository is not at hand. */
export function treeOf({ repo, parent, commit }: TruthRow, repos: string, trees: string): string | null {
  const git = path.join(repos, repo.replace('/', '+'), 'repo');
  const revision = parent ?? commit ?? 'HEAD';
  const tree = path.resolve(trees, 'src', repo.replace('/', '+'), revision.slice(0, 12));
  if (existsSync(path.join(tree, '.done'))) return tree;
  if (!existsSync(git)) return null;
  const run = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', git, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const files = run('ls-tree', '-r', '--name-only', revision)
    .split('\n')
    .filter(name => SOURCE.test(name) && !/[\s"]/.test(name));
  const input = `${files.map(name => `${revision}:${name}`).join('\n')}\n`;
  const { stdout } = spawnSync('git', ['-C', git, 'cat-file', '--batch'], { input, maxBuffer: 1 << 30 });
  let at = 0;
  for (const name of files) {
    const end = stdout.indexOf(10, at);
    const [, kind, size] = stdout.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (size === undefined) continue; // What a partial copy lacks is answered with `missing`.
    if (kind === 'blob') {
      const file = path.join(tree, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, stdout.subarray(at, at + Number(size)));
    }
    at += Number(size) + 1;
  }
  mkdirSync(tree, { recursive: true });
  writeFileSync(path.join(tree, '.done'), '');
  return tree;
}

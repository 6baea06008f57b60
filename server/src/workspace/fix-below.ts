/** Everything that can be fixed below some paths, in memory: file after file, and again while something can be fixed. */
import { comparePaths } from './paths.ts';
import type { AppliedFix, FixAllOptions, Host, LeftFinding } from './service.ts';
import type { Workspace } from './workspace.ts';

/** What is fixed in one file may allow a fix in another: files are gone through again, a few times at most. */
const MOST_PASSES = 3;

export interface FixedSource {
  readonly file: string;
  readonly before: string;
  readonly text: string;
  /** For findings of this file; a fix may have changed others with it. */
  readonly applied: readonly AppliedFix[];
  readonly left: readonly LeftFinding[];
}

export interface FixedTree {
  /** Files that were read. */
  readonly analysed: number;
  /** Those with findings, and those that fixes changed. */
  readonly files: readonly FixedSource[];
  /** In the order in which they were made, each for the texts that the ones before it left. */
  readonly applied: readonly AppliedFix[];
}

/** The workspace must be fresh: it is left with the fixed texts as its documents. */
export async function fixBelow(
  workspace: Workspace,
  host: Host,
  paths: readonly string[],
  options: FixAllOptions,
): Promise<FixedTree> {
  const files = new Map<string, FixedSource>();
  // As documents: what is fixed in one file counts for the others of its extension.
  const open = async (file: string): Promise<FixedSource | null> => {
    const before = await host.readFile(file);
    if (before === null) return null;
    workspace.open(file, before);
    const source = { file, before, text: before, applied: [], left: [] };
    files.set(file, source);
    return source;
  };
  const edit = (file: FixedSource, text: string): void => {
    if (text !== file.text) workspace.edit(file.file, text);
    files.set(file.file, { ...file, text });
  };
  const found: string[] = [];
  let analysed = 0;
  for await (const report of workspace.scan(paths, options.signal)) {
    if (report.skipped === null) analysed++;
    if (report.findings.length > 0) found.push(report.file);
  }
  for (const file of found) await open(file);
  const applied: AppliedFix[] = [];
  for (let pass = 0, again = true; again && pass < MOST_PASSES; pass++) {
    again = false;
    for (const file of found) {
      if (options.signal?.aborted) break;
      const fixed = await workspace.fixAll(file, options);
      const source = files.get(file);
      if (fixed === null || source === undefined) continue;
      again ||= fixed.applied.length > 0;
      applied.push(...fixed.applied);
      edit({ ...source, applied: [...source.applied, ...fixed.applied], left: fixed.left }, fixed.text);
      for (const { file: path, text } of fixed.others) {
        const other = files.get(path) ?? (await open(path));
        if (other !== null) edit(other, text);
      }
    }
  }
  const inOrder = [...files.values()].sort((a, b) => comparePaths(a.file, b.file));
  return { analysed, files: inOrder, applied };
}

/** Files that must be written together, because one fix changed all of them. */
export function inGroups({ files, applied }: FixedTree): FixedSource[][] {
  const groups: FixedSource[][] = [];
  for (const source of files) {
    if (source.text === source.before) continue;
    const partners = new Set(
      applied
        .filter(({ fix }) => fix.edits.some(one => one.file === source.file))
        .flatMap(({ fix }) => fix.edits.map(one => one.file)),
    );
    const joined = groups.filter(group => group.some(one => partners.has(one.file)));
    for (const group of joined) groups.splice(groups.indexOf(group), 1);
    groups.push([...joined.flat(), source]);
  }
  return groups;
}

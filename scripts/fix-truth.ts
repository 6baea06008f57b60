/**
 * `node scripts/fix-truth.ts --truth ROWS.jsonl --repos FOLDER`: how many findings on hazards that real commits fixed have
 * a fix of ours, and whether the hazard is gone with it. A row names a repository, the commit before the fix (`parent`), a
 * `path`, the function's lines and a `family`; FOLDER holds a git repository for each, `OWNER+NAME/repo`.
 * Options: `--trees FOLDER` (where sources are unpacked), `--only REPO,REPO`, `--skip REPO,REPO`, `--diffs FOLDER` (one
 * patch a row, to be read), `--json FILE`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { unifiedDiff } from '../server/src/cli/unified-diff.ts';
import { loadCore } from '../server/src/host/core.ts';
import { nodeHost } from '../server/src/host/node-host.ts';
import type { FileReport, FixedFile, Host, ReportedFinding } from '../server/src/workspace/service.ts';
import { Workspace } from '../server/src/workspace/workspace.ts';
import { inCache } from './paths.ts';
import { familiesOf, readTruth, spanOf, type TruthRow, treeOf } from './truth.ts';

/** What became of a row: its findings, those that a fix took away, those that one without a decision took away. */
interface Outcome {
  readonly row: TruthRow;
  readonly findings: number;
  readonly fixed: number;
  readonly safe: number;
  readonly titles: readonly string[];
  readonly left: readonly string[];
}

const { values: options } = parseArgs({
  options: {
    truth: { type: 'string' },
    repos: { type: 'string' },
    trees: { type: 'string', default: inCache('fix-truth') },
    only: { type: 'string', default: '' },
    skip: { type: 'string', default: '' },
    diffs: { type: 'string' },
    json: { type: 'string' },
  },
});
if (options.truth === undefined || options.repos === undefined) {
  console.error('Say what to score: node scripts/fix-truth.ts --truth ROWS.jsonl --repos FOLDER');
  process.exit(2);
}
const { repos, diffs } = options;

const core = await loadCore();
const names = (list: string): string[] => list.split(',').filter(Boolean);
const [only, skip] = [names(options.only), names(options.skip)];
const rows = readTruth(options.truth, only, skip);

const outcomes: Outcome[] = [];
for (const row of rows) {
  const tree = treeOf(row, repos, options.trees);
  if (tree === null) continue;
  const outcome = await outcomeOf(row, tree);
  outcomes.push(outcome);
  const { findings, fixed, safe, titles, left } = outcome;
  console.log(
    `${row.family} ${row.repo} ${row.path}:${row.line} ${row.function}: ${findings} found, ${fixed} fixed, ${safe} safe`,
  );
  for (const title of titles) console.log(`    + ${title}`);
  for (const one of left) console.log(`    - ${one}`);
}
printTable(outcomes);
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(outcomes, null, 1));

async function outcomeOf(row: TruthRow, tree: string): Promise<Outcome> {
  const file = path.join(tree, row.path);
  const workspace = new Workspace({ host: rootedAt(tree), core });
  const text = await nodeHost.readFile(file);
  const report = text === null ? null : await diagnosed(workspace, file);
  const families = familiesOf(row);
  const { start, end } = spanOf(row, text ?? '');
  const found = (report?.findings ?? []).filter(
    ({ family, span }) => families.includes(family) && start <= span.start && span.start < end,
  );
  const places = new Set(found.map(placeOf));
  const fix = (safety: 'safe' | 'suggested'): Promise<FixedFile | null> =>
    workspace.fixAll(file, { safety, wanted: finding => places.has(placeOf(finding)) });
  if (found.length === 0 || text === null) return { row, findings: 0, fixed: 0, safe: 0, titles: [], left: [] };
  const [all, bySafe] = [await fix('suggested'), await fix('safe')];
  if (diffs !== undefined && all !== null && all.applied.length > 0) {
    mkdirSync(diffs, { recursive: true });
    writeFileSync(path.join(diffs, `${row.id}.diff`), unifiedDiff(row.path, text, all.text));
  }
  return {
    row,
    findings: found.length,
    fixed: Math.max(0, found.length - (all?.left.length ?? found.length)),
    safe: Math.max(0, found.length - (bySafe?.left.length ?? found.length)),
    titles: (all?.applied ?? []).map(
      ({ fix: { title, rule, safety } }) => `${rule}: ${title}${safety === 'safe' ? '' : ' (suggested)'}`,
    ),
    left: (all?.left ?? []).map(({ finding, reason }) => `${finding.rule} ${finding.subject}: ${reason}`),
  };
}

async function diagnosed(workspace: Workspace, file: string): Promise<FileReport | null> {
  try {
    return await workspace.diagnose(file);
  } catch (error) {
    console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** The same finding in the text that other fixes left, where its subject may have got another name. */
function placeOf({ rule, site }: ReportedFinding): string {
  return `${rule}\0${site.function?.replace(/_lock_held$/, '') ?? ''}`;
}

/** The unpacked sources are a project, though nothing but sources was unpacked. */
function rootedAt(tree: string): Host {
  return {
    ...nodeHost,
    async list(folder) {
      const found = await nodeHost.list(folder);
      return found !== null && path.resolve(folder) === tree ? [...found, 'setup.py'] : found;
    },
  };
}

function printTable(all: readonly Outcome[]): void {
  console.log('\nfamily\trows\tfound\tfindings\twith a fix\tsafe\trows with a fix\trows cleared');
  const families = [...new Set(all.map(one => one.row.family ?? ''))].sort();
  for (const family of [...families, 'ALL']) {
    const of = all.filter(one => family === 'ALL' || one.row.family === family);
    const hit = of.filter(one => one.findings > 0);
    const sum = (pick: (one: Outcome) => number): number => hit.reduce((total, one) => total + pick(one), 0);
    const counts = [
      of.length,
      hit.length,
      sum(one => one.findings),
      sum(one => one.fixed),
      sum(one => one.safe),
      hit.filter(one => one.fixed > 0).length,
      hit.filter(one => one.fixed === one.findings).length,
    ];
    console.log([family, ...counts].join('\t'));
  }
}

/**
 * `npm run demonstrated [-- FOLDER…] [--list] [--rule ID] [--fix] [--clean]
 *   [--truth ROWS.jsonl --repos FOLDER [--only REPO,…] [--trees FOLDER]]`: of the findings that are shown by default and can crash, corrupt,
 * lose updates or hang, how many does the simulator demonstrate, by family; and why not the others. Without a folder: the
 * racy fixtures of all rules (each file's own rule), then `examples/tallybook`. With `--truth`: the findings on hazards that
 * real commits fixed, each file with the headers that it includes (see `truth.ts`).
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Extension } from '../server/src/analysis/extension.ts';
import { demonstrate } from '../server/src/demonstrate/demonstrate.ts';
import type { Demonstration, FixedDemonstration } from '../server/src/demonstrate/model.ts';
import { loadCore } from '../server/src/host/core.ts';
import type { Finding } from '../server/src/rules/finding.ts';
import { RULES } from '../server/src/rules/registry.ts';
import type { CoreSettings, ReadFile } from '../server/src/workspace/core.ts';
import { DEFAULT_SETTINGS } from '../server/src/workspace/settings.ts';
import { inCache, inRoot } from './paths.ts';
import { questionsOf } from './questions.ts';
import { familiesOf, readTruth, spanOf, type TruthRow, treeOf } from './truth.ts';

const HARMFUL = new Set(['crash', 'corruption', 'lost-update', 'deadlock']);
const BY_DEFAULT = new Set(RULES.filter(rule => rule.group === 'default').map(rule => rule.id));
const { target, minimumPython, compat, lockMacros, suspending, neverSuspending, borrowing, threadUnsafe } =
  DEFAULT_SETTINGS;
const SETTINGS: CoreSettings = {
  target,
  minimumPython,
  compat,
  lockMacros,
  suspending,
  neverSuspending,
  borrowing,
  threadUnsafe,
};

export interface Row {
  readonly file: string;
  readonly text: string;
  readonly line: number;
  readonly finding: Finding;
  readonly demonstration: FixedDemonstration;
  readonly milliseconds: number;
}

const core = await loadCore();

export const isHarmful = (finding: Finding): boolean =>
  finding.confidence !== 'possible' && BY_DEFAULT.has(finding.rule) && HARMFUL.has(finding.severity);

/** Demonstrates what is found in files that are read together. */
export function demonstrateFiles(
  texts: ReadonlyMap<string, string>,
  wanted: (finding: Finding) => boolean,
  fix: 'best' | 'none' = 'none',
): Row[] {
  const headers: ReadFile[] = [];
  const files: ReadFile[] = [];
  for (const [file, text] of [...texts].sort(([a], [b]) => Number(/\.h/.test(b)) - Number(/\.h/.test(a)))) {
    const read = core.read({ file, text, headers, settings: SETTINGS, before: null });
    if (/\.h/.test(file)) headers.push(read);
    files.push(read);
  }
  return core
    .check(files, SETTINGS)
    .filter(one => isHarmful(one) && wanted(one))
    .map(finding => {
      const start = process.cpuUsage();
      const demonstration = core.demonstrate(files, finding, SETTINGS, { fix });
      const line = (texts.get(finding.file) ?? '').slice(0, finding.span.start).split('\n').length;
      return {
        file: finding.file,
        text: texts.get(finding.file) ?? '',
        line,
        finding,
        demonstration,
        milliseconds: cpuSince(start),
      };
    });
}

/** Milliseconds of work, whatever else the machine does. */
function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

export function fixtureRows(kind: 'racy' | 'clean', only: string | null = null, fix: 'best' | 'none' = 'none'): Row[] {
  return RULES.filter(rule => only === null || rule.id === only).flatMap(rule => {
    const folder = `test/fixtures/rules/${rule.family}/${rule.id}`;
    return readdirSync(inRoot(folder))
      .filter(name => name.startsWith(`${kind}-`) && /\.(?:c|cpp)$/.test(name))
      .flatMap(name => {
        const texts = new Map([[name, readFileSync(inRoot(folder, name), 'utf8')]]);
        return demonstrateFiles(texts, finding => finding.rule === rule.id, fix);
      });
  });
}

export interface Answer {
  readonly file: string;
  readonly line: number;
  readonly function: string | null;
  readonly demonstration: Demonstration;
}

/** What is demonstrated of clean fixtures, by questions that nobody asked; steps that some rule does report are left out. */
export function cleanAnswers(only: string | null = null): Answer[] {
  return RULES.filter(rule => only === null || rule.id === only).flatMap(rule => {
    const folder = `test/fixtures/rules/${rule.family}/${rule.id}`;
    const names = readdirSync(inRoot(folder)).filter(name => /^clean-.*\.(?:c|cpp)$/.test(name));
    return names.flatMap(name => {
      const file = `${folder}/${name}`;
      const text = readFileSync(inRoot(file), 'utf8');
      const read = core.read({ file, text, headers: [], settings: SETTINGS, before: null });
      const extension = new Extension([read.unit]);
      const reported = new Set(
        core.check([read], SETTINGS).flatMap(({ site, other }) => [site.function, other?.function]),
      );
      return questionsOf(extension, file)
        .filter(({ site, other }) => !reported.has(site.function) && !reported.has(other?.function))
        .map((finding): Answer => {
          const demonstration = demonstrate(extension, finding, { text: () => text });
          const line = text.slice(0, finding.span.start).split('\n').length;
          return { file, line, function: finding.site.function, demonstration };
        });
    });
  });
}

/** All sources of a folder, as one extension. */
export function folderRows(folder: string, fix: 'best' | 'none' = 'none'): Row[] {
  const texts = new Map<string, string>();
  const walk = (at: string): void => {
    for (const name of readdirSync(at).sort()) {
      const full = path.join(at, name);
      if (statSync(full).isDirectory()) walk(full);
      else if (/\.(?:c|cc|cpp|h|hpp)$/.test(name)) texts.set(full, readFileSync(full, 'utf8'));
    }
  };
  walk(folder);
  return demonstrateFiles(texts, () => true, fix);
}

/** Characters of a file and one beside it. */
const MOST_BESIDE = 120_000;

/** Files elsewhere that call what is asked about. */
const MOST_CALLERS = 4;

/** A file of a tree with what it includes of the tree, and who calls the functions from elsewhere: when they run is known there. */
function withIncludes(tree: string, file: string, functions: readonly string[]): Map<string, string> {
  const all = (readdirSync(tree, { recursive: true }) as string[]).filter(name => /\.(?:c|cc|cpp|h|hpp)$/.test(name));
  const texts = new Map<string, string>();
  const visit = (name: string): void => {
    if (texts.has(name)) return;
    const text = readFileSync(path.join(tree, name), 'utf8');
    texts.set(name, text);
    for (const [, included = ''] of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]/gm)) {
      const tail = included.replace(/^(?:\.\.?\/)+/, '');
      const found = all.filter(one => one === tail || one.endsWith(`/${tail}`));
      const beside = found.find(one => path.dirname(one) === path.dirname(name)) ?? found[0];
      if (beside !== undefined) visit(beside);
    }
  };
  visit(file);
  // Who calls a function stands beside it, as long as that is little to read.
  for (const name of all.filter(one => path.dirname(one) === path.dirname(file) && !/\.h/.test(one))) {
    if (statSync(path.join(tree, name)).size + (texts.get(file)?.length ?? 0) < MOST_BESIDE) visit(name);
  }
  const calls = new RegExp(`\\b(?:${functions.map(name => name.replace(/\W/g, '')).join('|')})\\s*\\(`);
  const callers = all.filter(
    name => !texts.has(name) && !/\.h/.test(name) && calls.test(readFileSync(path.join(tree, name), 'utf8')),
  );
  for (const name of callers.slice(0, MOST_CALLERS)) visit(name);
  return texts;
}

/** Findings on the rows, each of them once; `hit`: rows that have one. */
export function truthRows(
  truth: readonly TruthRow[],
  repos: string,
  trees: string,
  fix: 'best' | 'none' = 'none',
): { rows: Row[]; hit: number } {
  const groups = new Map<string, { readonly file: string; readonly tree: string; readonly rows: TruthRow[] }>();
  for (const row of truth) {
    const tree = treeOf(row, repos, trees);
    if (tree === null || !existsSync(path.join(tree, row.path))) continue;
    const key = path.join(tree, row.path);
    const group = groups.get(key) ?? { file: row.path, tree, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  const hits = new Set<TruthRow>();
  const rows = [...groups.values()].flatMap(({ file, tree, rows: own }) => {
    const texts = withIncludes(
      tree,
      file,
      own.map(row => row.function),
    );
    const text = texts.get(file) ?? '';
    return demonstrateFiles(
      texts,
      finding => {
        if (finding.file !== file) return false;
        const on = own.filter(row => {
          const { start, end } = spanOf(row, text);
          return familiesOf(row).includes(finding.family) && start <= finding.span.start && finding.span.start < end;
        });
        for (const row of on) hits.add(row);
        return on.length > 0;
      },
      fix,
    ).map(row => ({ ...row, file: `${path.basename(path.dirname(tree))}/${row.file}` }));
  });
  return { rows, hit: hits.size };
}

export function table(rows: readonly Row[]): string {
  const families = [...new Set(rows.map(row => row.finding.family))];
  const line = (name: string, of: readonly Row[]): string => {
    const by = (status: string): number => of.filter(row => row.demonstration.status === status).length;
    const share = of.length === 0 ? 0 : Math.round((100 * by('demonstrated')) / of.length);
    const times = of.map(row => row.milliseconds).sort((a, b) => a - b);
    const fixes = of.flatMap(row => row.demonstration.fix ?? []);
    const cured = fixes.length === 0 ? '' : `${fixes.filter(one => one.outcome === 'holds').length}/${fixes.length}`;
    return [
      name.padEnd(20),
      `${of.length}`.padStart(5),
      `${by('demonstrated')}`.padStart(6),
      `${share} %`.padStart(6),
      `${by('not-demonstrated')}`.padStart(6),
      `${by('not-modelled')}`.padStart(6),
      (times[times.length >> 1] ?? 0).toFixed(0).padStart(6),
      (times.at(-1) ?? 0).toFixed(0).padStart(6),
      cured.padStart(8),
    ].join(' ');
  };
  return [
    'family                   n  shown  share  quiet  none   ms/2  ms/max   fixed',
    ...families.map(family =>
      line(
        family,
        rows.filter(row => row.finding.family === family),
      ),
    ),
    line('all', rows),
  ].join('\n');
}

export function describeRow({ file, line, finding, demonstration, milliseconds }: Row): string {
  const { status, title, reason, fix } = demonstration;
  const cure =
    fix === null ? '' : ` | ${fix.outcome}: ${fix.fix.title}${fix.reason === null ? '' : ` (${fix.reason})`}`;
  return `${status === 'demonstrated' ? '+' : status === 'not-demonstrated' ? '-' : '.'} ${finding.rule} ${file}:${line} ${title}${reason === null ? '' : ` — ${reason}`} [${milliseconds.toFixed(0)} ms]${cure}`;
}

function main(): void {
  const args = process.argv.slice(2);
  const list = args.includes('--list');
  const fix = args.includes('--fix') ? 'best' : 'none';
  const rule = args.includes('--rule') ? (args[args.indexOf('--rule') + 1] ?? null) : null;
  const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const valued = new Set(['--rule', '--truth', '--repos', '--only', '--trees']);
  const folders = args.filter((arg, i) => !arg.startsWith('--') && !valued.has(args[i - 1] ?? ''));
  const show = (title: string, rows: readonly Row[]): void => {
    console.log(`\n${title}\n${table(rows)}`);
    const rest = rows.filter(row => list || row.demonstration.status !== 'demonstrated');
    for (const row of rest) console.log(describeRow(row));
  };
  const [truth, repos] = [option('--truth'), option('--repos')];
  if (truth !== undefined && repos !== undefined) {
    const wanted = readTruth(truth, option('--only')?.split(',') ?? [], []);
    const { rows, hit } = truthRows(wanted, repos, option('--trees') ?? inCache('fix-truth'), fix);
    show(`${path.basename(truth)}: ${hit} of ${wanted.length} rows have findings`, rows);
    return;
  }
  if (args.includes('--clean')) {
    const answers = cleanAnswers(rule);
    const by = (status: string): Answer[] => answers.filter(({ demonstration }) => demonstration.status === status);
    const counts = ['demonstrated', 'not-demonstrated', 'not-modelled'].map(status => `${by(status).length} ${status}`);
    console.log(`clean fixtures: ${answers.length} questions, ${counts.join(', ')}`);
    for (const { file, line, function: name, demonstration } of by('demonstrated'))
      console.log(`${file}:${line} ${name ?? ''} ${demonstration.title}`);
    return;
  }
  if (folders.length > 0) {
    for (const folder of folders) if (existsSync(folder)) show(folder, folderRows(folder, fix));
    return;
  }
  show('racy fixtures', fixtureRows('racy', rule, fix));
  if (rule === null) show('examples/tallybook', folderRows(inRoot('examples', 'tallybook', 'src'), fix));
}

if (process.argv[1]?.endsWith('demonstrated.ts') === true) main();

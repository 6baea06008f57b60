/**
 * `node scripts/fix-corpus.ts FOLDER…`: fixes real code in memory as `gilproof fix` does, and checks what came out: every file
 * is read as completely as before; no fix changed lines outside of the functions that it names and of declarations; files that
 * the compiler took alone, for either build, it still takes, without new warnings. Nothing below the folders is written.
 * Options: `--unsafe-fixes`; `--exclude GLOB` (again and again); `--flags "…"` for the compiler (the folder stands for `{}`);
 * `--out FOLDER` (patches, one a file, and the list of fixes).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { unifiedDiff } from '../server/src/cli/unified-diff.ts';
import { applyEdits } from '../server/src/fixes/edits.ts';
import { loadCore } from '../server/src/host/core.ts';
import { nodeHost } from '../server/src/host/node-host.ts';
import { type FixedSource, type FixedTree, fixBelow } from '../server/src/workspace/fix-below.ts';
import type { AppliedFix, TextEdit } from '../server/src/workspace/service.ts';
import { Workspace } from '../server/src/workspace/workspace.ts';
import { BUILDS, type Build, headersAtHand } from './headers.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'unsafe-fixes': { type: 'boolean', default: false },
    exclude: { type: 'string', multiple: true, default: [] },
    flags: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});
if (positionals.length === 0) {
  console.error('Say which folders to fix: node scripts/fix-corpus.ts FOLDER');
  process.exit(2);
}

const core = await loadCore();
const counts = { applied: 0, safe: 0, left: 0, files: 0 };
const problems: string[] = [];
const compiled: Record<Build, number> = { gil: 0, 'free-threaded': 0 };
const byRule = new Map<string, number>();
for (const folder of positionals) await fixFolder(path.resolve(folder));
console.log(`${counts.applied} fixes (${counts.safe} safe) in ${counts.files} files, ${counts.left} hazards left`);
for (const [rule, count] of [...byRule].sort((a, b) => b[1] - a[1])) console.log(`  ${count}\t${rule}`);
console.log(`compile as before: ${compiled.gil} files with the GIL, ${compiled['free-threaded']} free-threaded`);
for (const problem of problems) console.log(`PROBLEM ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function fixFolder(folder: string): Promise<void> {
  const overrides = () => ({ exclude: options.exclude });
  const workspace = (): Workspace => new Workspace({ host: nodeHost, core, folders: [folder], overrides });
  const working = workspace();
  const safety = options['unsafe-fixes'] ? 'suggested' : 'safe';
  const tree = await fixBelow(working, nodeHost, [folder], { safety, wanted: () => true });
  const changed = tree.files.filter(one => one.text !== one.before);
  counts.applied += tree.applied.length;
  counts.safe += tree.applied.filter(({ fix }) => fix.safety === 'safe').length;
  counts.left += tree.files.reduce((sum, one) => sum + one.left.length, 0);
  counts.files += changed.length;
  for (const { fix } of tree.applied) byRule.set(fix.rule, (byRule.get(fix.rule) ?? 0) + 1);
  const name = (file: string): string => path.relative(folder, file);
  const before = workspace();
  for (const one of changed) {
    const lost = await lostIn(before, working, one.file);
    if (lost !== null) problems.push(`${name(one.file)}: ${lost}`);
    for (const problem of compileAgain(folder, one)) problems.push(`${name(one.file)}: ${problem}`);
  }
  await checkPlaces(workspace(), tree, name);
  if (options.out !== undefined) writeOut(options.out, folder, tree, name);
}

/** What is read less well than it was. */
async function lostIn(before: Workspace, after: Workspace, file: string): Promise<string | null> {
  const [was, is] = [(await before.diagnose(file)).health, (await after.diagnose(file)).health];
  if (was === null || is === null) return 'is not read any more';
  if (is.functionsNotRead > was.functionsNotRead) return `${is.functionsNotRead} functions not read`;
  return is.charactersNotRead > was.charactersNotRead ? `${is.charactersNotRead} characters not read` : null;
}

/** Fixes are made again one by one: each edit stands in a function that its fix names, or declares something between functions. */
async function checkPlaces(workspace: Workspace, tree: FixedTree, name: (file: string) => string): Promise<void> {
  const texts = new Map(tree.files.map(one => [one.file, one.before]));
  for (const { file, before } of tree.files) workspace.open(file, before);
  for (const { fix, finding } of tree.applied) {
    for (const { file, edits } of fix.edits) {
      const text = texts.get(file) ?? '';
      const { functions } = await workspace.diagnose(file);
      for (const edit of edits) {
        const own = functions.find(one => one.start <= edit.span.start && edit.span.end <= one.end);
        const head = own === undefined ? '' : text.slice(own.start, own.block);
        const isFine = own === undefined ? declares(text, edit) : names({ fix, finding }, head);
        if (!isFine)
          problems.push(`${name(file)}: "${fix.title}" changes ${head.trim() || 'a line between functions'}`);
      }
    }
    for (const { file, edits } of fix.edits) {
      const text = texts.get(file) ?? '';
      const now = applyEdits(text, edits);
      workspace.edit(file, now);
      texts.set(file, now);
    }
  }
}

/** The function of the finding, or one that the title speaks of. */
function names({ fix, finding }: AppliedFix, head: string): boolean {
  if (/ \(\d+ functions(?: in \d+ files)?\)$/.test(fix.title)) return true;
  const own = (finding.site.function ?? '').replace(/^.*::/, '').replace(/_lock_held$/, '');
  const named = [own, ...[...fix.title.matchAll(/`(\w+)`/g)].map(match => match[1] ?? '')];
  return named.some(one => one !== '' && new RegExp(`\\b${one}(?:_lock_held)?\\s*\\(`).test(head));
}

/** Something is put in, or a declaration gets another type. */
function declares(text: string, { span, text: added }: TextEdit): boolean {
  return (
    span.start === span.end || /^\s*(?:static|_Atomic|extern|_Thread_local|std::)/.test(added + text.slice(span.end))
  );
}

/** What the compiler says now and did not say before. */
function compileAgain(folder: string, { file, before, text }: FixedSource): string[] {
  const headers = headersAtHand();
  if (headers === null || !/\.(?:c|cc|cpp|cxx)$/.test(file)) return [];
  return (Object.keys(BUILDS) as Build[]).flatMap(build => {
    const was = messages(folder, file, before, headers, build);
    if (was.errors.length > 0) return [];
    const is = messages(folder, file, text, headers, build);
    const news = [...is.errors, ...is.warnings.filter(one => !was.warnings.includes(one))];
    if (news.length === 0) compiled[build]++;
    return [...new Set(news)].slice(0, 3).map(one => `${build} build: ${one}`);
  });
}

function messages(folder: string, file: string, text: string, headers: string, build: Build) {
  const language = file.endsWith('.c') ? 'c' : 'c++';
  const flags = options.flags.replaceAll('{}', folder).split(/\s+/).filter(Boolean);
  const run = spawnSync(
    'gcc',
    ['-fsyntax-only', '-Wall', '-Wextra', `-I${headers}`, ...BUILDS[build], ...flags, '-x', language, '-'],
    { cwd: path.dirname(file), encoding: 'utf8', input: text, maxBuffer: 1 << 28 },
  );
  const of = (kind: string): string[] =>
    [...run.stderr.matchAll(new RegExp(`: (?:fatal )?${kind}: (.*)$`, 'gm'))].map(match => match[1] ?? '');
  return { errors: of('error'), warnings: of('warning') };
}

function writeOut(out: string, folder: string, tree: FixedTree, name: (file: string) => string): void {
  const place = path.join(out, path.basename(folder));
  mkdirSync(place, { recursive: true });
  for (const { file, before, text } of tree.files) {
    const flat = name(file).replaceAll('/', '+');
    if (text !== before) writeFileSync(path.join(place, `${flat}.diff`), unifiedDiff(name(file), before, text));
  }
  const lines = tree.applied.map(
    ({ fix, finding }) => `${name(finding.file)}\t${finding.site.function}\t${fix.rule}\t${fix.safety}\t${fix.title}`,
  );
  const left = tree.files.flatMap(one =>
    one.left.map(({ finding, reason }) => `${name(one.file)}\t${finding.site.function}\t${finding.rule}\t${reason}`),
  );
  writeFileSync(path.join(place, 'applied.tsv'), `${lines.join('\n')}\n`);
  writeFileSync(path.join(place, 'left.tsv'), `${left.join('\n')}\n`);
}

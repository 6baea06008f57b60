/**
 * `npm run bench -- FOLDER…`: what analysis costs, as ratios measured side by side in one run (CPython's `Modules` and `Objects`
 * by default, where `npm run corpus` has put them). Build first. Times of one machine at one moment say little; ratios hold.
 *
 * - cold scan: the built command line as people run it, by the clock, and on one thread, by the processor's time; both against
 *   the native parser alone, which has one thread, on the same files
 * - one key: from an edit in the middle of the largest files to their diagnostics, against the native parser's incremental parse
 * - memory: the built server with four files open after a thousand edits
 * - the same edits through clangd, where it is installed
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { LEAN_ALLOCATOR } from '../server/src/lsp/allocator.ts';
import { measureEditing, type Server } from './bench/editing.ts';
import { type Cost, Floor } from './bench/parsing.ts';
import { inCache, inRoot } from './paths.ts';

const SCANS = 3;
const EDITS = 60;
const MEMORY_EDITS = 1000;
const TARGETS = { scan: 4, key: 3, keyPlus: 5, memory: 150 };

const folders = process.argv.slice(2).length > 0 ? process.argv.slice(2) : defaultFolders();
const files = folders.flatMap(folder => sources(folder)).sort();
if (files.length === 0) {
  console.error('No C sources: npm run bench -- FOLDER…, or npm run corpus -- --fetch python3.13 first.');
  process.exit(2);
}

function defaultFolders(): string[] {
  const root = inCache('corpus', 'python3.13');
  return ['Modules', 'Objects'].map(name => path.join(root, name)).filter(folder => existsSync(folder));
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.c'))
    .map(name => path.join(folder, name));
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const ms = (value: number): string => `${value.toFixed(1)} ms`;
const verdict = (good: boolean): string => (good ? 'reached' : 'MISSED');

const floor = Floor.load();
if (floor === null) console.log('The native parser does not load here: no ratios.');

const NOT_KNOWN: Cost = { elapsed: Number.NaN, processor: Number.NaN };

/** `jobs`: null for as many threads as there are by default. */
function scanOnce(jobs: number | null): Cost {
  const start = performance.now();
  const { status, output } = spawnSync(
    process.execPath,
    ['-r', inRoot('scripts', 'bench', 'report-processor.cjs'), inRoot('dist', 'cli.cjs')].concat(
      ['scan', '-q', ...(jobs === null ? [] : ['-j', String(jobs)])],
      folders,
    ),
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], encoding: 'utf8' },
  );
  if (status !== 0 && status !== 1) throw new Error(`The scan failed: exit code ${status}.`);
  return { elapsed: performance.now() - start, processor: Number(output[3]) };
}

function benchScan(): void {
  const texts = files.map(file => readFileSync(file, 'utf8'));
  console.log(
    `Cold scan: ${files.length} files, ${(texts.join('').length / 1e6).toFixed(1)} MB; medians of ${SCANS} scans`,
  );
  const processors = availableParallelism();
  const questions = [
    { what: `elapsed, default threads (${processors})`, jobs: null, time: 'elapsed' },
    { what: 'processor, one thread', jobs: 1, time: 'processor' },
  ] as const;
  for (const { what, jobs, time } of questions) {
    const rows = Array.from({ length: SCANS }, () => {
      // The floor is measured before and after, because the machine may change its mind in between.
      const before = floor?.parseAll(texts) ?? NOT_KNOWN;
      const scan = scanOnce(jobs)[time];
      const after = floor?.parseAll(texts) ?? NOT_KNOWN;
      const parse = (before[time] + after[time]) / 2;
      return { scan, parse, ratio: scan / parse };
    });
    const ratio = median(rows.map(row => row.ratio));
    console.log(
      `  ${what}: scan ${ms(median(rows.map(row => row.scan)))}, native parse ${ms(median(rows.map(row => row.parse)))}: ${ratio.toFixed(2)}× (target ${TARGETS.scan}×: ${verdict(ratio <= TARGETS.scan)})`,
    );
  }
}

// Started as the extension starts it.
const ours: Server = {
  name: 'gilproof',
  command: process.execPath,
  args: [inRoot('dist', 'server.cjs'), '--stdio'],
  env: LEAN_ALLOCATOR,
};

function servers(): Server[] {
  const clangd = spawnSync('clangd', ['--version'], { stdio: 'ignore' }).status === 0;
  return clangd
    ? [ours, { name: 'clangd', command: 'clangd', args: ['--background-index=false', '--log=error'] }]
    : [ours];
}

function largest(count: number): string[] {
  return [...files].sort((a, b) => statSync(b).size - statSync(a).size).slice(0, count);
}

async function benchKeys(): Promise<void> {
  for (const file of largest(2)) {
    const text = readFileSync(file, 'utf8');
    console.log(`One key in ${path.basename(file)} (${text.split('\n').length} lines), median of ${EDITS}`);
    for (const server of servers()) {
      const reparse = median(floor?.reparse(text, EDITS) ?? []);
      const { times, opening, processor } = await measureEditing(server, [file], EDITS);
      const key = median(times);
      const taken = processor === null ? '' : `, processor ${ms(processor)} a key`;
      const bound = TARGETS.key * reparse + TARGETS.keyPlus;
      const target =
        server === ours
          ? ` (target ${TARGETS.key}× + ${TARGETS.keyPlus} ms = ${ms(bound)}: ${verdict(key <= bound)})`
          : '';
      console.log(
        `  ${server.name.padEnd(9)} opening ${ms(opening)}, key ${ms(key)}, incremental parse ${ms(reparse)}: ${(key / reparse).toFixed(2)}×${target}${taken}`,
      );
    }
  }
}

async function benchMemory(): Promise<void> {
  const { memory, rested } = await measureEditing(ours, largest(4), MEMORY_EDITS, { rest: true });
  const text =
    memory === null || rested === null
      ? 'not known here'
      : `${memory.toFixed(0)} MB, at rest ${rested.toFixed(0)} MB (target ${TARGETS.memory} MB: ${verdict(rested <= TARGETS.memory)})`;
  console.log(`Memory of the server with the four largest files open, after ${MEMORY_EDITS} edits: ${text}`);
}

benchScan();
await benchKeys();
await benchMemory();

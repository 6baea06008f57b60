/**
 * Real code: fetches the sources of C extensions as Debian source packages into `.cache/corpus/`, scans each with the built
 * command line, and prints what was read and what was found. `--fetch` only fetches; names choose packages, and folders stand for
 * themselves; `--json FILE` keeps the figures.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { FAMILIES } from '../server/src/rules/finding.ts';
import { withDebian } from './debian.ts';
import { inCache, inRoot, root } from './paths.ts';

interface Package {
  /** Debian's name of the source package. */
  readonly name: string;
  /** Folders that are scanned; all of it when absent. */
  readonly folders?: readonly string[];
}

const PACKAGES: readonly Package[] = [
  { name: 'python3.13', folders: ['Modules', 'Objects'] },
  { name: 'numpy', folders: ['numpy/_core/src'] },
  { name: 'pillow' },
  { name: 'python-multidict' },
  { name: 'simplejson' },
  { name: 'ujson' },
  { name: 'psycopg2' },
  { name: 'markupsafe' },
  { name: 'python-greenlet' },
  { name: 'python-cffi' },
  { name: 'kiwisolver' },
  { name: 'python-coverage' },
  { name: 'zope.interface' },
  { name: 'pycurl' },
  { name: 'python-xxhash' },
  { name: 'python-lz4' },
  { name: 'python-mysqldb' },
  { name: 'python-bitarray' },
  { name: 'python-regex' },
  { name: 'python-zstandard' },
  { name: 'python-psutil' },
  { name: 'python-wrapt' },
  { name: 'cbor2' },
  { name: 'python-persistent' },
  { name: 'python-msgpack' },
  { name: 'python-apsw' },
  { name: 'pycairo' },
  { name: 'python-ldap' },
];

const CORPUS = inCache('corpus');
const SOURCE = /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|c\.src|h\.src)$/;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { fetch: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const wanted = PACKAGES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const local = positionals.filter(place => place.includes(path.sep)).map(place => path.resolve(place));
fetchMissing(wanted.map(({ name }) => name));
if (!values.fetch)
  report([...wanted.map(({ name, folders }) => ({ name, places: placesOf(name, folders) })), ...local.map(inPlace)]);

interface Sources {
  readonly name: string;
  /** Absolute; those that exist. */
  readonly places: readonly string[];
}

function placesOf(name: string, folders: readonly string[] = ['.']): string[] {
  return folders.map(folder => path.join(CORPUS, name, folder)).filter(place => existsSync(place));
}

function inPlace(place: string): Sources {
  return { name: path.basename(place), places: [place] };
}

function fetchMissing(names: readonly string[]): void {
  const missing = names.filter(name => !existsSync(path.join(CORPUS, name)));
  if (missing.length === 0) return;
  mkdirSync(CORPUS, { recursive: true });
  console.error(`Fetching ${missing.join(', ')} …`);
  withDebian('deb-src', inCache('apt-corpus'), archive => {
    for (const name of missing) {
      const folder = path.join(CORPUS, `${name}.part`);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      const fetched = archive.source(name, folder);
      if (fetched.length > 0 && unpack(folder, fetched)) renameSync(folder, path.join(CORPUS, name));
      else console.error(`${name}: not to be had, left out`);
      rmSync(folder, { recursive: true, force: true });
    }
    return true;
  });
}

/** Unpacks the original sources in place and keeps nothing but C and C++. */
function unpack(folder: string, files: readonly string[]): boolean {
  const tarball = files.find(file => /\.orig\.tar\.\w+$/.test(file)) ?? files.find(file => /\.tar\.\w+$/.test(file));
  if (tarball === undefined) return false;
  const run = spawnSync('tar', ['--extract', '--file', tarball, '--strip-components=1'], { cwd: folder });
  for (const file of files) rmSync(path.join(folder, file), { force: true });
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !SOURCE.test(entry.name)) rmSync(file, { force: true });
  }
  return run.status === 0;
}

interface Found {
  readonly summary: {
    readonly analysed: number;
    readonly functions: number;
    readonly functionsNotRead: number;
    readonly characters: number;
    readonly charactersNotRead: number;
    readonly failures: readonly string[];
  };
  readonly findings: readonly { readonly family: string; readonly rule: string }[];
  readonly files: readonly { readonly file: string; readonly skipped: string | null }[];
}

interface Row {
  readonly name: string;
  readonly lines: number;
  readonly seconds: number;
  readonly found: Found;
}

function report(packages: readonly Sources[]): void {
  const build = spawnSync(process.execPath, [inRoot('scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (build.status !== 0) process.exit(1);
  const rows = packages.filter(({ places }) => places.length > 0).flatMap(entry => scan(entry) ?? []);
  const families = FAMILIES.filter(family => rows.some(row => row.found.findings.some(f => f.family === family)));
  const head = ['package', 'files', 'lines', 'functions', 'lost', 'unread %', 's', 'found', '/kloc', ...families];
  const table = [head, ...rows.map(row => cells(row, families)), cells(total(rows), families)];
  const widths = head.map((_, column) => Math.max(...table.map(line => line[column]?.length ?? 0)));
  for (const line of table) {
    console.log(
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    );
  }
  console.log('Columns of families: findings for 1,000 lines of the files that were analysed.');
  for (const { name, found } of rows)
    for (const failure of found.summary.failures) console.log(`${name} FAILED ${failure}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);
}

function scan({ name, places }: Sources): Row | null {
  const out = path.join(CORPUS, `${name}.json`);
  const started = performance.now();
  const run = spawnSync(
    process.execPath,
    [inRoot('dist', 'cli.cjs'), 'scan', ...places, '-q', '-f', 'json', '-o', out],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const seconds = (performance.now() - started) / 1000;
  if (run.status !== 0 && run.status !== 1) {
    console.log(`${name}: exit code ${run.status}`);
    return null;
  }
  const found = JSON.parse(readFileSync(out, 'utf8')) as Found;
  const read = found.files.filter(file => file.skipped === null);
  const lines = read.reduce((sum, { file }) => sum + readFileSync(file, 'latin1').split('\n').length, 0);
  return { name, lines, seconds, found };
}

function total(rows: readonly Row[]): Row {
  const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    name: 'all',
    lines: sum(row => row.lines),
    seconds: sum(row => row.seconds),
    found: {
      summary: {
        analysed: sum(row => row.found.summary.analysed),
        functions: sum(row => row.found.summary.functions),
        functionsNotRead: sum(row => row.found.summary.functionsNotRead),
        characters: sum(row => row.found.summary.characters),
        charactersNotRead: sum(row => row.found.summary.charactersNotRead),
        failures: [],
      },
      findings: rows.flatMap(row => row.found.findings),
      files: [],
    },
  };
}

function cells({ name, lines, seconds, found }: Row, families: readonly string[]): string[] {
  const { summary, findings } = found;
  const perThousand = (count: number): string => (lines === 0 ? '-' : ((1000 * count) / lines).toFixed(2));
  return [
    name,
    String(summary.analysed),
    String(lines),
    String(summary.functions),
    String(summary.functionsNotRead),
    ((100 * summary.charactersNotRead) / Math.max(1, summary.characters)).toFixed(3),
    seconds.toFixed(1),
    String(findings.length),
    perThousand(findings.length),
    ...families.map(family => perThousand(findings.filter(finding => finding.family === family).length)),
  ];
}

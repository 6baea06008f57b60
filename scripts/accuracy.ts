/**
 * `npm run accuracy -- FOLDER=REPORT.json…`: findings per 1,000 lines of each package, and a sample to be read in the code
 * (docs/accuracy.md). FOLDER is where `gilproof scan --format json` was run; its name is the package's name.
 * The sample is the same for the same reports: findings are sorted, then shuffled from a fixed seed.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const SAMPLE = 100;
const SEED = 20_250_101;

interface Finding {
  readonly rule: string;
  readonly file: string;
  readonly region: { readonly line: number; readonly column: number };
  readonly function: string | null;
  readonly message: string;
  readonly related: readonly { readonly file: string; readonly region: { readonly line: number } }[];
}
interface Report {
  readonly findings: readonly Finding[];
  readonly files: readonly { readonly file: string; readonly skipped: string | null }[];
}
interface Package {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  readonly report: Report;
}

const packages = process.argv.slice(2).map(readPackage);
if (packages.length === 0) {
  console.error('Nothing to sample: npm run accuracy -- FOLDER=REPORT.json…');
  process.exit(2);
}

console.log('package\tfiles\tlines\tfindings\tper 1,000 lines');
for (const { name, files, lines, report } of packages) {
  const { length } = report.findings;
  console.log([name, files, lines, length, ((1000 * length) / lines).toFixed(2)].join('\t'));
}

const all = packages.flatMap(({ name, report }) => report.findings.map(finding => ({ name, finding })));
const sorted = all.map(one => ({ ...one, key: sortKey(one.name, one.finding) })).sort((a, b) => compare(a.key, b.key));
for (const [i, { name, finding }] of shuffled(sorted).slice(0, SAMPLE).entries()) {
  const { file, region, rule, message, related } = finding;
  console.log(
    `\n${i + 1}. ${name} ${file}:${region.line} ${rule} in ${finding.function ?? 'no function'}\n   ${message}`,
  );
  for (const other of related) console.log(`   and ${other.file}:${other.region.line}`);
}

function readPackage(argument: string): Package {
  const [folder = '', reportFile = ''] = argument.split('=');
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const analysed = report.files.filter(({ skipped }) => skipped === null);
  const lines = analysed.reduce((sum, { file }) => sum + linesIn(path.join(folder, file)), 0);
  return { name: path.basename(folder), files: analysed.length, lines, report };
}

function linesIn(file: string): number {
  return readFileSync(file, 'utf8').split('\n').length - 1;
}

/** Line and column are padded: as text they sort like numbers. */
function sortKey(name: string, { file, region, rule }: Finding): string {
  return [name, file, String(region.line).padStart(7, '0'), String(region.column).padStart(5, '0'), rule].join('\0');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Fisher and Yates, with Marsaglia's 32-bit xorshift (13, 17, 5). */
function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  let state = SEED;
  const drawn: T[] = [];
  while (left.length > 0) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    drawn.push(...left.splice((state >>> 0) % left.length, 1));
  }
  return drawn;
}

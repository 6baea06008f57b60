/**
 * `npm run accuracy -- FOLDER=REPORT…`: findings per 1,000 lines of each package, and a sample to be read in the code
 * (docs/accuracy.md). FOLDER is where `gilproof scan` was run, once with `--format json -o REPORT.json` for the files that were
 * analysed, and once with `-o REPORT.text` for the findings as people see them; its name is the package's name.
 * The sample is the same for the same reports. Each finding's place in it comes from its own digest, so that one that goes or
 * comes leaves the others where they are, and what was read of them stands.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const SAMPLE = 100;
const SEED = '20250101';

/** As `--format text` prints it: what is one thing to cure stands there once. */
interface Finding {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** Places of the notes, the other end first. */
  readonly related: readonly string[];
}
interface Package {
  readonly name: string;
  readonly files: number;
  readonly lines: number;
  readonly findings: readonly Finding[];
}

const packages = process.argv.slice(2).map(readPackage);
if (packages.length === 0) {
  console.error('Nothing to sample: npm run accuracy -- FOLDER=REPORT…');
  process.exit(2);
}

console.log('package\tfiles\tlines\tfindings\tper 1,000 lines');
for (const { name, files, lines, findings } of packages) {
  const { length } = findings;
  console.log([name, files, lines, length, ((1000 * length) / lines).toFixed(2)].join('\t'));
}

const all = packages.flatMap(({ name, findings }) => findings.map(finding => ({ name, finding })));
const drawn = all.map(one => ({ ...one, key: drawKey(one.name, one.finding) })).sort((a, b) => compare(a.key, b.key));
for (const [i, { name, finding }] of drawn.slice(0, SAMPLE).entries()) {
  const { file, line, rule, message, related } = finding;
  console.log(`\n${i + 1}. ${name} ${file}:${line} ${rule}\n   ${message}`);
  for (const other of related) console.log(`   and ${other}`);
}

function readPackage(argument: string): Package {
  const [folder = '', report = ''] = argument.split('=');
  const { files } = JSON.parse(readFileSync(`${report}.json`, 'utf8')) as {
    files: { file: string; skipped: string | null }[];
  };
  const analysed = files.filter(({ skipped }) => skipped === null);
  const lines = analysed.reduce((sum, { file }) => sum + linesIn(path.join(folder, file)), 0);
  const findings = findingsIn(readFileSync(`${report}.text`, 'utf8'));
  return { name: path.basename(folder), files: analysed.length, lines, findings };
}

function findingsIn(text: string): Finding[] {
  const found: (Finding & { related: string[] })[] = [];
  for (const line of text.split('\n')) {
    const head = /^(\S+):(\d+):(\d+): (error|warning|information|hint|note): (.*)$/.exec(line);
    if (head === null) continue;
    const [, file = '', row = '', column = '', level, said = ''] = head;
    const rule = /^(.*) \[([a-z0-9-]+)\]/.exec(said);
    if (level === 'note') found.at(-1)?.related.push(`${file}:${row} ${said}`);
    else if (rule !== null)
      found.push({
        file,
        line: Number(row),
        column: Number(column),
        message: rule[1] ?? '',
        rule: rule[2] ?? '',
        related: [],
      });
  }
  return found;
}

function linesIn(file: string): number {
  return readFileSync(file, 'utf8').split('\n').length - 1;
}

function drawKey(name: string, { file, line, column, rule }: Finding): string {
  return hash('sha256', [SEED, name, file, line, column, rule].join('\0'));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

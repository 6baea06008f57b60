/**
 * `npm run confirm`: does what findings say, in threads of a free-threaded CPython that is built with ThreadSanitizer, and
 * prints which findings a report confirms. `-- NAME…` runs some of the scripts in `scripts/confirm/`, or scripts elsewhere.
 * Options: `--seconds N` for each case (3), `--only CASE,CASE`, `--keep FOLDER` for the reports as they were printed.
 * `PYTHON_TSAN` is the interpreter; docs/accuracy.md tells how to build one. For maintainers: the analyser runs nothing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Frame, frameAt, placeOf, type Report, reportsIn } from './confirm/report.ts';
import { inRoot } from './paths.ts';

/** As `SCRIPT --list` prints it: see racing.py. */
interface Case {
  readonly name: string;
  readonly places: readonly string[];
  readonly quiet: string | null;
}
interface Outcome {
  readonly confirmed: boolean;
  /** Whether a report would be no surprise. */
  readonly wanted: boolean;
}

/** What starting, reporting and a last round may take beyond the time for a case; then it hangs. */
const GRACE_SECONDS = 30;
const RUNS = 3;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    keep: { type: 'string', default: '' },
  },
});
const python = process.env['PYTHON_TSAN'];
if (!python || !existsSync(python)) {
  process.stderr.write('Set PYTHON_TSAN to a free-threaded interpreter built with ThreadSanitizer.\n');
  process.exit(2);
}
const interpreter = path.resolve(python);
const folder = inRoot('scripts/confirm');
if (options.keep) mkdirSync(options.keep, { recursive: true });

process.stdout.write('| case | place | result | where, or why not |\n|---|---|---|---|\n');
const outcomes = (positionals.length > 0 ? positionals : scriptsInFolder()).flatMap(name =>
  confirm(name.endsWith('.py') ? path.resolve(name) : path.join(folder, `${name}.py`)),
);
const wanted = outcomes.filter(one => one.wanted);
const surprises = outcomes.filter(one => !one.wanted && one.confirmed).length;
process.stdout.write(
  `\n${wanted.filter(one => one.confirmed).length} of ${wanted.length} confirmed; ` +
    `${surprises} of ${outcomes.length - wanted.length} places reported where nothing was expected.\n`,
);

function scriptsInFolder(): string[] {
  return readdirSync(folder)
    .filter(name => name.startsWith('on_') && name.endsWith('.py'))
    .map(name => name.slice(0, -3));
}

function confirm(script: string): Outcome[] {
  const only = options.only === '' ? [] : options.only.split(',');
  const { stdout, stderr } = run(script, '--list');
  if (stdout === '') process.stderr.write(`${script}: not run: ${stderr.trim().split('\n').at(-1) ?? ''}\n`);
  const cases = JSON.parse(stdout || '[]') as Case[];
  return cases
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .flatMap(one => outcome(`${path.basename(script, '.py')} ${one.name}`, one, script));
}

/** Threads meet by chance, and a crash hides the other places of its case: what was not seen is tried again. */
function outcome(title: string, { name, places, quiet }: Case, script: string): Outcome[] {
  let printed = '';
  let hits: string[][] = [];
  const runs = quiet === null ? RUNS : 1;
  for (let times = 0; times < runs && (times === 0 || hits.some(of => of.length === 0)); times++) {
    const { stdout, stderr, ended } = run(script, name, options.seconds);
    process.stderr.write(`${title}: ${stdout.trim() || ended}\n`);
    printed += stdout + stderr;
    const reports = reportsIn(printed);
    hits = places.map(text => hitsAt(text, reports));
  }
  if (options.keep) writeFileSync(path.join(options.keep, `${title.replace(' ', '.')}.txt`), printed);
  return places.map((text, i) => {
    const all = hits[i] ?? [];
    // A crash says more than a race that may have led to it.
    const best = all.find(hit => !hit.startsWith('data race')) ?? all[0];
    const row = best === undefined ? ['not seen', quiet ?? ''] : ['confirmed', `${best} (${all.length})`];
    process.stdout.write(`| ${[title, text, ...row].join(' | ')} |\n`);
    return { confirmed: best !== undefined, wanted: quiet === null };
  });
}

function hitsAt(text: string, reports: readonly Report[]): string[] {
  const place = placeOf(text);
  if (place === null) throw new Error(`No place: ${text}`);
  return reports.flatMap(report => {
    const frame = frameAt(report, place, lineOf);
    return frame === null ? [] : [`${report.kind} at ${frame.function}:${frame.line}`];
  });
}

function run(script: string, ...rest: string[]): { stdout: string; stderr: string; ended: string } {
  const limit = String(Number(options.seconds) + GRACE_SECONDS);
  const paths = [folder, process.env['PYTHONPATH']].filter(Boolean).join(path.delimiter);
  // Without `-R` ThreadSanitizer may refuse the addresses that the kernel chooses.
  const done = spawnSync('setarch', ['-R', 'nice', 'timeout', '-s', 'KILL', limit, interpreter, script, ...rest], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: {
      ...process.env,
      PYTHONPATH: paths,
      PYTHON_GIL: '0',
      PYTHONDONTWRITEBYTECODE: '1',
      // The longest history, or ThreadSanitizer drops reports; all pairs of places, and not one for each address.
      TSAN_OPTIONS: 'halt_on_error=0 exitcode=0 history_size=7 suppress_equal_addresses=0',
    },
  });
  return { stdout: done.stdout, stderr: done.stderr, ended: `ended with ${done.signal ?? done.status}` };
}

function lineOf({ file, line }: Frame): string {
  const source = path.resolve(path.dirname(interpreter), file);
  return existsSync(source) ? (readFileSync(source, 'utf8').split('\n')[line - 1] ?? '') : '';
}

/**
 * `npm run real-python`: compiles `examples/tallybook` and its fixed twin for a real free-threaded interpreter and races
 * both, one driver a planted hazard. `-- --demos` does the same with the small modules of `examples/demos`;
 * `-- --reproducers` exports a test for every finding in the example, and runs each one on both.
 * Options: `--seconds N` (for each driver on the racy code), `--only NAME,NAME`, `--no-gil-run`, and `--fixed FOLDER` to
 * race another repaired copy of the example in the twin's place. `--auto-fixed` races what `gilproof fix --unsafe-fixes`
 * makes of the example, and nothing else.
 * Ends with 1 when a hazard did not show, or when the fixed twin failed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compileExtension, ensureFreeThreaded, type FreeThreadedPython } from './free-threaded.ts';
import { inCache, inRoot } from './paths.ts';
import { raceReproducers } from './real-reproducers.ts';
import { table } from './table.ts';

/** What `examples/racing.py` prints for a driver. */
interface Seen {
  readonly name: string;
  /** `none` when nothing was wrong; `error` when the driver itself did not work. */
  readonly kind: string;
  readonly seconds: number;
  readonly bad: number;
  readonly of: number;
  readonly what: string;
}

/** An entry of `examples/demos/manifest.json`. */
interface Demo {
  readonly name: string;
  readonly family: string;
  /** What the simulator's model of it predicts: failure kinds, `gil-reenabled`, or nothing at all. */
  readonly model: readonly string[];
  /** Whether it fails with the GIL as well. */
  readonly withGil: boolean;
  readonly rules: readonly string[];
}

const DAMAGE = ['crash', 'corruption', 'hang'];

/** How a predicted failure can show itself: damaged memory crashes, gives nonsense, or leaves a lock word that never opens. */
const SHOWS_AS: Readonly<Record<string, readonly string[]>> = {
  'use-after-free': DAMAGE,
  'double-free': DAMAGE,
  'detached-access': DAMAGE,
  'not-serialisable': DAMAGE,
  'torn-read': ['corruption'],
  'lost-update': ['lost-update'],
  'double-initialisation': ['double-init'],
  deadlock: ['hang'],
};

const { values: options } = parseArgs({
  options: {
    demos: { type: 'boolean', default: false },
    reproducers: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '20' },
    only: { type: 'string', default: '' },
    fixed: { type: 'string', default: 'examples/tallybook-fixed' },
    'auto-fixed': { type: 'boolean', default: false },
    'no-gil-run': { type: 'boolean', default: false },
  },
});

const SOURCES = ['src/book.c', 'src/tallybook.c'];
const FIXED_SECONDS = 60;

const python = ensureFreeThreaded();
if (!python) {
  process.stderr.write('Set PYTHON_FT to a free-threaded interpreter of Python 3.13 or later.\n');
  process.exit(2);
}
process.stdout.write(`Python ${python.version} without the GIL: ${python.executable}\n`);
if ((os.loadavg()[0] ?? 0) > os.availableParallelism() / 2) {
  process.stdout.write(
    'The machine is busy: threads seldom run at the same moment, and some races may not show in time.\n',
  );
}
process.stdout.write('\n');
const folders = { racy: inCache('real/tallybook'), fixed: inCache('real/tallybook-fixed') };
const repaired = options['auto-fixed'] ? autoFixed() : { folder: options.fixed, left: [] };
if (options.reproducers) process.exitCode = await reproducers(python);
else process.exitCode = options.demos ? demos(python) : tallybook(python);

async function reproducers(python: FreeThreadedPython): Promise<number> {
  if (!compiled(python)) return 1;
  const only = options.only === '' ? [] : options.only.split(',');
  return raceReproducers({
    python: python.executable,
    sources: inRoot('examples/tallybook'),
    folders,
    seconds: Number(options.seconds),
    wanted: rule => only.length === 0 || only.includes(rule),
  });
}

/** Both twins, and whether they pass their own tests. */
function compiled(python: FreeThreadedPython): boolean {
  for (const [folder, example] of [
    [folders.racy, 'examples/tallybook'],
    [folders.fixed, repaired.folder],
  ] as const) {
    const place = path.resolve(inRoot(), example);
    compile(
      python,
      'tallybook',
      SOURCES.map(file => path.join(place, file)),
      folder,
    );
    const tests = spawnSync(python.executable, [path.join(place, 'tests/test_tallybook.py')], {
      env: { ...process.env, PYTHONPATH: folder, PYTHON_GIL: '0' },
      encoding: 'utf8',
    });
    process.stdout.write(`${example}: ${tests.stderr.trim().split('\n').slice(-3).join(' ')}\n`);
    if (tests.status !== 0) return false;
  }
  return true;
}

function tallybook(python: FreeThreadedPython): number {
  if (!compiled(python)) return 1;
  const script = inRoot('examples/stress.py');
  const racy = race(python, script, folders.racy, Number(options.seconds));
  const withGil = options['no-gil-run'] ? [] : race(python, script, folders.racy, 1, '--gil');
  const each = Math.max(1, Math.ceil(FIXED_SECONDS / racy.length));
  const fixed = race(python, script, folders.fixed, each);

  table(
    ['hazard', 'racy build', 'after', 'what was seen', 'with the GIL', `fixed twin (${each} s)`],
    racy.map(seen => {
      const others = [of(seen.name, withGil), of(seen.name, fixed)].map(outcome);
      return [seen.name, outcome(seen), time(seen), amount(seen), ...others];
    }),
  );
  const shown = racy.filter(failed).length;
  const total = Math.round(fixed.reduce((sum, seen) => sum + seen.seconds, 0));
  const wanted = fixed.filter(seen => !repaired.left.includes(seen.name));
  const broken = wanted.filter(seen => seen.kind !== 'none').length;
  process.stdout.write(
    `\n${shown} of ${racy.length} hazards showed; the fixed twin ran ${total} s, ${broken} of ${wanted.length} drivers saw a fault.\n`,
  );
  if (repaired.left.length > 0) process.stdout.write(`Left to a person: ${repaired.left.join(', ')}.\n`);
  return shown === racy.length && broken === 0 ? 0 : 1;
}

/** A copy of the example, repaired by the command line alone, and the rules that it left. */
function autoFixed(): { readonly folder: string; readonly left: readonly string[] } {
  const folder = inCache('real/tallybook-auto');
  rmSync(folder, { recursive: true, force: true });
  cpSync(inRoot('examples/tallybook'), folder, { recursive: true });
  const run = spawnSync(
    process.execPath,
    [inRoot('server/src/cli/main.ts'), 'fix', path.join(folder, 'src'), '--unsafe-fixes'],
    { encoding: 'utf8' },
  );
  process.stdout.write(`${run.stderr.trim()}\n\n`);
  if (run.status !== 0 && run.status !== 1) throw new Error(`gilproof fix ended with ${run.signal ?? run.status}`);
  const left = [...run.stderr.matchAll(/: left ([\w-]+): /g)].map(match => match[1] ?? '');
  return { folder, left };
}

function demos(python: FreeThreadedPython): number {
  const folder = inCache('real/demos');
  rmSync(folder, { recursive: true, force: true });
  const manifest = JSON.parse(readFileSync(inRoot('examples/demos/manifest.json'), 'utf8')) as Demo[];
  const wanted = options.only ? options.only.split(',') : manifest.map(demo => demo.name);
  const chosen = manifest.filter(demo => wanted.includes(demo.name));
  for (const { name } of chosen) compile(python, name, [inRoot('examples/demos', `${name}.c`)], folder);
  const script = inRoot('examples/demos/drive.py');
  const racy = race(python, script, folder, Number(options.seconds));
  const withGil = options['no-gil-run'] ? [] : race(python, script, folder, 1, '--gil');
  const rows = chosen.map(demo => ({ demo, seen: of(demo.name, racy), gil: of(demo.name, withGil) }));
  table(
    ['demo', 'family', 'the model says', 'real Python', 'after', 'what was seen', 'with the GIL'],
    rows.map(({ demo, seen, gil }) => {
      return [
        demo.name,
        demo.family,
        demo.model.join(', ') || 'nothing wrong',
        outcome(seen),
        time(seen),
        amount(seen),
        outcome(gil),
      ];
    }),
  );
  const agree = rows.filter(
    ({ demo, seen, gil }) => seen && predicted(demo).includes(seen.kind) && (!gil || failed(gil) === demo.withGil),
  ).length;
  process.stdout.write(`\n${agree} of ${rows.length} demos: model and reality agree.\n`);
  return agree === rows.length ? 0 : 1;
}

function predicted({ model }: Demo): readonly string[] {
  return model.length === 0 ? ['none'] : model.flatMap(kind => SHOWS_AS[kind] ?? [kind]);
}

function compile(python: FreeThreadedPython, module: string, sources: readonly string[], folder: string): void {
  const errors = compileExtension(python, module, sources, folder);
  if (!errors) return;
  process.stderr.write(errors);
  process.exit(1);
}

function race(python: FreeThreadedPython, script: string, folder: string, seconds: number, ...more: string[]): Seen[] {
  const only = options.only ? ['--only', options.only] : [];
  const run = spawnSync(python.executable, [script, folder, '--seconds', String(seconds), '--json', ...only, ...more], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status !== 0) throw new Error(`${script} ended with ${run.signal ?? run.status}`);
  return run.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Seen);
}

function of(name: string, runs: readonly Seen[]): Seen | undefined {
  return runs.find(seen => seen.name === name);
}

function failed(seen: Seen): boolean {
  return seen.kind !== 'none' && seen.kind !== 'error';
}

function outcome(seen: Seen | undefined): string {
  if (!seen) return '';
  return seen.kind === 'none' ? 'nothing wrong' : seen.kind;
}

function time(seen: Seen | undefined): string {
  return seen && failed(seen) ? `${seen.seconds.toFixed(2)} s` : '';
}

function amount(seen: Seen | undefined): string {
  if (!seen) return '';
  if (seen.of <= 1) return seen.what;
  const share = (100 * seen.bad) / seen.of;
  return `${seen.what}: ${seen.bad} of ${seen.of} (${share.toPrecision(2)} %)`;
}

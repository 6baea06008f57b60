/** `gilproof scan`: findings of all sources below some paths, in one of four formats. */
import { availableParallelism } from 'node:os';
import manifest from '../../../package.json' with { type: 'json' };
import { loadCore } from '../host/core.ts';
import { absolute, batchHost } from '../host/node-host.ts';
import { folded } from '../report/fold.ts';
import { createGithubFormatter } from '../report/github.ts';
import { createJsonFormatter } from '../report/json.ts';
import { type Context, type Formatter, Tally, type TextReport } from '../report/model.ts';
import { createSarifFormatter } from '../report/sarif.ts';
import { createTextFormatter } from '../report/text.ts';
import { FAMILIES } from '../rules/finding.ts';
import { readOverrides } from '../workspace/configuration.ts';
import type { Core } from '../workspace/core.ts';
import type { FileReport, Host } from '../workspace/service.ts';
import { type Settings, TARGETS } from '../workspace/settings.ts';
import { Workspace } from '../workspace/workspace.ts';
import { Baselines } from './baselines.ts';
import {
  type Arguments,
  type Command,
  choice,
  type ExitCode,
  flag,
  list,
  string,
  type Terminal,
  UsageError,
} from './command.ts';
import { ahead, demonstrated, RacePool } from './demonstrating.ts';
import { writeAtomically } from './output.ts';
import { CheckPool } from './pool.ts';
import { createProgress } from './progress.ts';
import { rulePage } from './resources.ts';

/** Files whose findings are played while one is printed, for each thread. */
const AHEAD = 3;
const FORMATS = ['text', 'json', 'sarif', 'github'] as const;

export const scan: Command = {
  name: 'scan',
  operands: 'PATH…',
  summary: 'Report hazards in all C and C++ sources below the paths',
  notes: ['', 'Exit code: 0 nothing found, 1 hazards found, 2 wrong command line, 3 nothing could be analysed.'],
  options: {
    format: { type: 'string', short: 'f', value: FORMATS.join('|'), help: 'How to print (text)' },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Write there instead of to the terminal' },
    select: {
      type: 'string',
      multiple: true,
      value: 'RULE|FAMILY',
      help: 'Run only these: ids, families, default, pedantic, isolation, all',
    },
    ignore: { type: 'string', multiple: true, value: 'RULE|FAMILY', help: 'Leave these out' },
    confidence: {
      type: 'string',
      value: 'likely|possible|demonstrated',
      help: 'The least confidence to report (likely); demonstrated implies --demonstrate',
    },
    demonstrate: { type: 'boolean', help: 'Look for a failing run of every hazard; those that have one come first' },
    target: { type: 'string', value: TARGETS.join('|'), help: 'The newest Python that is built for' },
    exclude: { type: 'string', multiple: true, value: 'GLOB', help: 'Files and directories to leave out' },
    baseline: { type: 'string', value: 'FILE', help: 'Report only what is not in this baseline' },
    'write-baseline': { type: 'string', value: 'FILE', help: 'Accept what is found now into this baseline' },
    'every-place': {
      type: 'boolean',
      help: 'In text and annotations too, report every place, also of what is one thing to cure',
    },
    jobs: { type: 'string', short: 'j', value: 'N', help: 'Threads that analyse (one for each processor)' },
    quiet: { type: 'boolean', short: 'q', help: 'No progress and no summary on the terminal' },
  },
  async run(args, terminal) {
    const core = await loadCore();
    const jobs = jobsOf(args);
    const pool = jobs > 1 ? CheckPool.start(jobs) : null;
    const races = jobs > 1 && demonstrates(args) ? RacePool.start(jobs) : null;
    try {
      return await runScan(args, terminal, { core, host: batchHost, pool, races, page: rulePage });
    } finally {
      await Promise.all([pool?.stop(), races?.stop()]);
    }
  },
};

/** What a scan works with; tests put their own in. */
export interface ScanParts {
  readonly core: Core;
  readonly host: Host;
  readonly pool: CheckPool | null;
  /** Null: races are played here. */
  readonly races: RacePool | null;
  page(rule: string): string | null;
}

export async function runScan(args: Arguments, terminal: Terminal, parts: ScanParts): Promise<ExitCode> {
  const { host, core, pool, races } = parts;
  const format = choice(args, 'format', FORMATS) ?? 'text';
  const output = string(args, 'output');
  const paths = await existing(args.positionals, terminal.workingDirectory, host);
  const overrides = overridesOf(args, core);
  const baselines = await Baselines.open(args, terminal.workingDirectory, host);
  const workspace = new Workspace({
    host,
    core,
    overrides: () => overrides,
    // So that Ctrl-C is heard between files: reading them waits for nothing.
    pause: () => new Promise(resolve => setImmediate(resolve)),
    ...(pool ? { check: (request, signal) => pool.check(request, signal), parallel: pool.size } : {}),
    ...(races ? { demonstrate: races.demonstrate } : {}),
  });
  const context: Context = {
    version: manifest.version,
    rules: core.rules,
    workingDirectory: terminal.workingDirectory,
    // As given: `scan src` prints `src/x.c`, `scan /home/me/src` prints absolute paths.
    relative: args.positionals.every(path => !path.startsWith('/') && !/^[A-Za-z]:/.test(path)),
    page: rule => parts.page(rule),
  };
  const formatter = createFormatter(format, context, terminal.colour && output === undefined);
  const quiet = flag(args, 'quiet');
  const progress = createProgress(terminal, quiet);
  const tally = new Tally();
  const written: string[] = [];
  const emit = (text: string): void => {
    if (text === '') return;
    progress.clear();
    if (output === undefined) terminal.out(text);
    else written.push(text);
  };

  // Tools keep findings by their places.
  const forPeople = format === 'text' || format === 'github';
  const onlyDemonstrated = string(args, 'confidence') === 'demonstrated';
  const prepare = async (found: FileReport): Promise<TextReport> => {
    const texts = await textsOf(found, host);
    const accepted = baselines.apply(found, texts.get(found.file) ?? '');
    const report = forPeople && !flag(args, 'every-place') ? folded(accepted) : accepted;
    if (!demonstrates(args)) return { report, texts };
    const played = await demonstrated(report, workspace, terminal.signal);
    return { ...played, report: onlyDemonstrated ? withoutOthers(played.report) : played.report, texts };
  };
  const most = demonstrates(args) ? AHEAD * (pool?.size ?? 1) : 1;
  for await (const prepared of ahead(workspace.scan(paths, terminal.signal), most, prepare)) {
    tally.add(prepared.report);
    emit(formatter.file(prepared));
    progress.step(prepared.report.file);
  }
  progress.clear();
  const summary = tally.summary(baselines.stale(), terminal.signal.aborted);
  // A terminal gets the summary behind the findings; a file of text too. Other formats hold it in themselves.
  if (format !== 'text' || !quiet || output !== undefined) emit(formatter.end(summary));
  if (output !== undefined) {
    await writeAtomically(absolute(terminal.workingDirectory, output), written.join(''));
    if (!quiet) terminal.error(createTextFormatter(context, false).end(summary));
  }
  await baselines.write();
  if (summary.analysed === 0) return 3;
  return summary.findings > 0 && !baselines.writing ? 1 : 0;
}

function demonstrates(args: Arguments): boolean {
  return flag(args, 'demonstrate') || string(args, 'confidence') === 'demonstrated';
}

function withoutOthers(report: FileReport): FileReport {
  return { ...report, findings: report.findings.filter(finding => finding.confidence === 'demonstrated') };
}

function createFormatter(format: (typeof FORMATS)[number], context: Context, colour: boolean): Formatter {
  switch (format) {
    case 'text':
      return createTextFormatter(context, colour);
    case 'json':
      return createJsonFormatter(context);
    case 'sarif':
      return createSarifFormatter(context);
    case 'github':
      return createGithubFormatter(context);
  }
}

async function existing(operands: readonly string[], workingDirectory: string, host: Host): Promise<string[]> {
  if (operands.length === 0) throw new UsageError('Say which files or directories to scan.');
  const paths = operands.map(path => absolute(workingDirectory, path));
  for (const [i, path] of paths.entries()) {
    if ((await host.stat(path)) === null) throw new UsageError(`No such file or directory: ${operands[i]}`);
  }
  return paths;
}

/** Options that are settings, checked like those of a file. */
function overridesOf(args: Arguments, core: Core): Partial<Settings> {
  const given: Record<string, unknown> = {};
  for (const name of ['select', 'ignore', 'exclude'])
    if (args.values[name] !== undefined) given[name] = list(args, name);
  for (const name of ['target', 'confidence']) if (args.values[name] !== undefined) given[name] = string(args, name);
  // No rule reports as much: it is found out later.
  if (given['confidence'] === 'demonstrated') given['confidence'] = 'likely';
  const { values, problems } = readOverrides(given, { rules: core.rules.map(rule => rule.id), families: FAMILIES });
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  return values;
}

function jobsOf(args: Arguments): number {
  const given = string(args, 'jobs');
  if (given === undefined) return availableParallelism();
  if (!/^[1-9]\d{0,2}$/.test(given)) throw new UsageError(`--jobs must be a number from 1, not '${given}'.`);
  return Number(given);
}

/** Texts that a report points into: its own and those of the other ends. */
async function textsOf(report: FileReport, host: Host): Promise<TextReport['texts']> {
  const files = new Set<string>();
  const entries = [...report.findings, ...report.suppressed.map(entry => entry.finding)];
  if (entries.length > 0 || report.notices.length > 0) files.add(report.file);
  for (const entry of entries) for (const related of entry.related) files.add(related.file);
  const texts = new Map<string, string>();
  for (const file of files) {
    const text = await host.readFile(file);
    if (text !== null) texts.set(file, text);
  }
  return texts;
}

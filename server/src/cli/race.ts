/** `gilproof race`: how a finding fails, step by step, and whether its fix holds; and the finding as a Python test. */
import manifest from '../../../package.json' with { type: 'json' };
import type { DemonstrationRequest, FixedDemonstration } from '../demonstrate/model.ts';
import { loadCore } from '../host/core.ts';
import { absolute, nodeHost } from '../host/node-host.ts';
import { findingJson } from '../report/json.ts';
import { SEVERITIES } from '../rules/finding.ts';
import type { ModelName } from '../simulator/playback.ts';
import { playbackText, scheduleText } from '../simulator/text.ts';
import { verdictText } from '../simulator/words.ts';
import type { Core } from '../workspace/core.ts';
import { fingerprintsOf } from '../workspace/fingerprint.ts';
import { relativePath } from '../workspace/paths.ts';
import type { Host, ReportedFinding } from '../workspace/service.ts';
import { Workspace } from '../workspace/workspace.ts';
import {
  type Arguments,
  type Command,
  choice,
  type ExitCode,
  flag,
  string,
  type Terminal,
  UsageError,
} from './command.ts';
import { writeAtomically } from './output.ts';
import { type Place, readPlace } from './place.ts';
import { readSchedule, refuseStuck } from './schedule.ts';

const MODELS = ['free-threaded', 'gil', 'subinterpreters'] as const satisfies readonly ModelName[];
const FORMATS = ['text', 'json'] as const;

export const race: Command = {
  name: 'race',
  operands: 'FILE:LINE',
  summary: 'Show how the hazard in a line fails, and whether its fix holds',
  notes: [
    '',
    'Explores every interleaving of the flagged function that matters, within a bound, and plays the failing run that is',
    'easiest to follow; then the same with the fix. What the verdict rests on stands below it.',
    'Exit code: 0 no run fails, 1 a run fails, 2 wrong command line, 3 the function could not be modelled.',
  ],
  options: {
    rule: { type: 'string', value: 'RULE', help: 'Which hazard, when the line has several' },
    model: { type: 'string', value: 'MODEL', help: `The system to run under: ${MODELS.join(', ')}` },
    fixed: { type: 'boolean', help: 'Play the function with the fix' },
    schedule: { type: 'string', value: 'STEPS', help: 'Play this run: "1 1 2 2 1"' },
    format: { type: 'string', value: FORMATS.join('|'), help: 'How to print (text)' },
    export: { type: 'string', value: 'FILE', help: 'Write a Python test that races the real module (- prints it)' },
  },
  async run(args, terminal) {
    return runRace(args, terminal, { core: await loadCore(), host: nodeHost });
  },
};

/** What the command works with; tests put their own in. */
export interface RaceParts {
  readonly core: Core;
  readonly host: Host;
}

export async function runRace(args: Arguments, terminal: Terminal, { core, host }: RaceParts): Promise<ExitCode> {
  const [operand, ...more] = args.positionals;
  if (operand === undefined || more.length > 0) throw new UsageError('Name one FILE:LINE.');
  const format = choice(args, 'format', FORMATS) ?? 'text';
  const model = choice(args, 'model', MODELS);
  const schedule = string(args, 'schedule');
  const place = await readPlace(operand, terminal.workingDirectory, host);
  if (place === null) throw new UsageError(`'${operand}' is no FILE:LINE.`);
  const workspace = new Workspace({
    host,
    core,
    overrides: () => ({ confidence: 'possible' }),
    folders: [terminal.workingDirectory],
  });
  const { finding, others } = chosen(
    (await workspace.diagnose(place.file)).findings,
    place,
    string(args, 'rule'),
    operand,
  );
  const request: DemonstrationRequest = {
    ...(model === undefined ? {} : { models: [model] }),
    ...(schedule === undefined ? {} : { schedule }),
  };
  const found = await workspace.demonstrate(place.file, finding, request);
  if (schedule !== undefined && found.playback) {
    refuseStuck(readSchedule(schedule, found.playback.threads.length), found.playback);
  }
  const target = string(args, 'export');
  if (target !== undefined) await exportTo(target, workspace, finding, found, terminal);
  const shown = relativePath(terminal.workingDirectory, place.file);
  // What was asked for on the terminal stands there alone.
  if (target === '-') return exitCode(found);
  if (format === 'json') terminal.out(json(finding, found, place, shown));
  else terminal.out(text(finding, found, { place, shown, others, fixed: flag(args, 'fixed') }));
  return exitCode(found);
}

function exitCode({ status }: FixedDemonstration): ExitCode {
  if (status === 'not-modelled') return 3;
  return status === 'demonstrated' ? 1 : 0;
}

/** The worst hazard of the line, or the one of the rule. */
function chosen(
  findings: readonly ReportedFinding[],
  { lines, line }: Place,
  rule: string | undefined,
  operand: string,
): { readonly finding: ReportedFinding; readonly others: readonly ReportedFinding[] } {
  const lineOf = (one: ReportedFinding): number => lines.position(one.span.start).line;
  const here = findings
    .filter(one => lineOf(one) === line)
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const finding = rule === undefined ? here[0] : here.find(one => one.rule === rule || one.alsoMatches.includes(rule));
  if (finding !== undefined) return { finding, others: here.filter(one => one !== finding) };
  if (here.length > 0) {
    throw new UsageError(`${operand} has no hazard of '${rule}', but of ${here.map(one => one.rule).join(', ')}.`);
  }
  const near = [...findings].sort((a, b) => Math.abs(lineOf(a) - line) - Math.abs(lineOf(b) - line))[0];
  const hint = near === undefined ? '' : ` The nearest is in line ${lineOf(near) + 1}: ${near.rule}.`;
  throw new UsageError(`No hazard was found in ${operand}.${hint}`);
}

async function exportTo(
  target: string,
  workspace: Workspace,
  finding: ReportedFinding,
  found: FixedDemonstration,
  terminal: Terminal,
): Promise<void> {
  const schedule = found.status === 'demonstrated' && found.playback ? scheduleText(found.playback) : [];
  const made = await workspace.reproduce(finding.file, finding, schedule);
  if (target === '-') terminal.out(made.text);
  else await writeAtomically(absolute(terminal.workingDirectory, target), made.text);
  for (const one of made.missing) terminal.error(`To fill in by hand: ${one}.\n`);
}

interface Shown {
  readonly place: Place;
  readonly shown: string;
  readonly others: readonly ReportedFinding[];
  readonly fixed: boolean;
}

function text(finding: ReportedFinding, found: FixedDemonstration, { place, shown, others, fixed }: Shown): string {
  const { line, column } = place.lines.position(finding.span.start);
  const out = [`${shown}:${line + 1}:${column + 1}: ${finding.level}: ${finding.message} [${finding.rule}]`];
  for (const one of others) out.push(`Also in this line: ${one.rule} (--rule ${one.rule})`);
  if (found.reason !== null) out.push('', `${NOT[found.status]}${found.reason}`);
  const { playback } = found;
  const run = playback?.runs[0];
  if (playback === null || run === undefined) return `${out.join('\n')}\n`;
  const more = playback.runs.slice(1).map(other => `${other.modelTitle}: ${verdictText(other.verdict)}`);
  out.push('', playbackText(playback, { model: run.model, fixed }).trimEnd());
  if (more.length > 0) out.push('', 'Other models', ...more.map(one => `- ${one}`));
  out.push(...fixLines(found));
  return `${out.join('\n')}\n`;
}

const NOT: Readonly<Record<FixedDemonstration['status'], string>> = {
  demonstrated: '',
  'not-demonstrated': 'Could not be demonstrated. ',
  'not-modelled': 'Could not be modelled. ',
};

function fixLines({ fix, playback }: FixedDemonstration): string[] {
  if (fix === null) return [];
  const verdicts = playback?.fixed?.runs.map(run => `${run.modelTitle}: ${verdictText(run.verdict)}`) ?? [];
  const said = {
    holds: 'holds: no run fails, and all were explored',
    fails: 'does NOT hold: a run still fails',
    unknown: 'could not be judged',
  }[fix.outcome];
  const reason = fix.reason === null ? '' : ` ${fix.reason}`;
  return ['', `The fix "${fix.fix.title}" ${said}.${reason}`, ...verdicts.map(one => `- ${one}`)];
}

function json(finding: ReportedFinding, found: FixedDemonstration, place: Place, shown: string): string {
  const [fingerprint = ''] = fingerprintsOf(place.text, [finding]);
  const texts = new Map([[place.file, place.text]]);
  const tool = { name: 'gilproof', version: manifest.version };
  const one = findingJson(finding, fingerprint, texts, path => (path === place.file ? shown : path));
  return `${JSON.stringify({ version: 1, tool, finding: one, demonstration: found }, null, 1)}\n`;
}

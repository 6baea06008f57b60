/** One program under one model, from exploration to what the view plays. */
import { DataRaceDetector } from '../explore/data-races.ts';
import { type Failure, Judge } from '../explore/judge.ts';
import {
  type Bounds,
  DEFAULT_BOUNDS,
  type Execution,
  type Verification,
  verify,
  type Watch,
} from '../explore/verify.ts';
import { findWitness, type Witness } from '../explore/witness.ts';
import { Machine } from '../machine/machine.ts';
import type { Program } from '../machine/program.ts';
import type { Arrow, LineRange, ModelName, PlaybackStep, Run, Verdict } from '../playback.ts';
import { dataRaceSentence, failureSentence, headline, racingPair, synchronisation, why } from './explain.ts';
import { labelOf } from './labels.ts';
import { Names } from './names.ts';
import { alternating, type Recording, record } from './record.ts';
import { formatSchedule, type Schedule } from './schedule.ts';
import { Viewer } from './views.ts';

const MODEL_TITLES: Record<ModelName, string> = {
  'free-threaded': 'free-threaded build',
  gil: 'with the GIL',
  subinterpreters: 'a GIL for each interpreter',
  'naive-counts': 'no GIL, nothing else changed',
  'locked-counts': 'a lock around every count',
  'atomic-counts': 'atomic counts',
};

export interface RunOptions {
  readonly bounds?: Partial<Bounds>;
  readonly watch?: Watch;
  /** Where nothing else fails, data races are failures too. */
  readonly dataRaces?: boolean;
  /** Play this run instead of the shortest failing one. */
  readonly schedule?: Schedule;
}

const NOT_FOUND = { witness: null };

export interface SimulatedRun {
  readonly run: Run;
  readonly verification: Verification;
  readonly witness: Witness | null;
}

export function simulate(program: Program, model: ModelName, options: RunOptions = {}): SimulatedRun {
  const bounds = { ...DEFAULT_BOUNDS, ...options.bounds };
  const watch = options.watch ?? {};
  const explored = withDataRaces(verify(program, { bounds, watch, dataRaces: options.dataRaces === true }));
  const machine = new Machine(program);
  const judge = new Judge(machine);
  const sought = explored.verdict.kinds['data-race'] === undefined ? 'failures' : 'data-races';
  const { coverage, failing } = explored.verdict;
  const isClean = coverage === 'complete' && failing === 0;
  const { witness } = isClean ? NOT_FOUND : findWitness(machine, judge, explored.choices, bounds, watch, sought);
  const any = sought === 'failures' ? explored.failed : explored.racing;
  const schedule = options.schedule ?? chosen(machine, witness ?? any);
  judge.prepare(schedule.choices);
  const recording = record(machine, schedule.threads, schedule.choices, 'stop');
  return { run: describe(machine, judge, recording, explored, model), verification: explored, witness };
}

/** Every execution of a racy program may hold its race: that counts only when there is nothing worse to show. */
function withDataRaces(verification: Verification): Verification {
  const { verdict, raced } = verification;
  if (verdict.failing > 0 || raced === 0) return verification;
  return { ...verification, verdict: { ...verdict, failing: raced, kinds: { 'data-race': raced } } };
}

/** An exploration that is cut short may miss the failing run that is shown: one execution more. */
function withShown(verdict: Verdict, failure: Failure | null): Verdict {
  if (failure === null || verdict.failing > 0) return verdict;
  return { ...verdict, explored: verdict.explored + 1, failing: 1, kinds: { [failure.kind]: 1 } };
}

/** The execution to show; where nothing fails, one in which the threads hold each other up as often as they can. */
function chosen(machine: Machine, failing: Execution | null): Schedule {
  if (failing !== null) return { threads: failing.schedule, choices: failing.choices };
  return { threads: alternating(machine, []), choices: [] };
}

function describe(
  machine: Machine,
  judge: Judge,
  recording: Recording,
  verification: Verification,
  model: ModelName,
): Run {
  const names = new Names(machine.program);
  const racing =
    verification.verdict.kinds['data-race'] === undefined ? null : new DataRaceDetector(machine).scan(recording.log);
  const isWhole = ended(machine);
  const failure: Failure | null = racing !== null ? { kind: 'data-race' } : isWhole ? judge.judge(recording.log) : null;
  const verdict = withShown(verification.verdict, failure);
  const failed =
    failure === null
      ? null
      : racing !== null
        ? dataRaceSentence(names, racing, recording)
        : failureSentence(machine, names, failure, recording);
  const pair =
    racing !== null
      ? { first: racing.first, second: racing.second, thread: recording.log.thread[racing.second]!, proved: false }
      : failure === null
        ? null
        : racingPair(machine, judge, recording);
  const steps = playSteps(machine, names, recording);
  const label = (step: number): string => `${names.thread(steps[step]!.thread - 1)}: ${steps[step]!.label}`;
  const arrows: Arrow[] = synchronisation(recording, names);
  if (pair !== null && pair.second !== null) {
    arrows.push({ from: pair.first, to: pair.second, kind: 'race', text: 'nothing orders these two steps' });
  }
  const last = failed === null ? undefined : steps[failed.step];
  if (failure !== null && failed !== null && last !== undefined) {
    steps[failed.step] = { ...last, failure: { kind: failure.kind, text: failed.text } };
  }
  return {
    model,
    modelTitle: MODEL_TITLES[model],
    verdict,
    headline: headline(verdict, failed?.text ?? null, recording, failure?.kind ?? null, isWhole),
    steps,
    arrows,
    ...(failure === null || failed === null ? {} : { why: why(failure.kind, failed.text, pair, label) }),
    schedule: formatSchedule(machine, { threads: recording.schedule, choices: recording.choices }),
  };
}

/** A thread has failed, or nothing can run any more: the run can be judged. */
function ended(machine: Machine): boolean {
  for (let t = 0; t < machine.threads; t++) if (machine.failure(t) !== 0) return true;
  for (let t = 0; t < machine.threads; t++) if (machine.enabled(t)) return false;
  return true;
}

function playSteps(machine: Machine, names: Names, recording: Recording): PlaybackStep[] {
  const { program } = machine;
  machine.restart(recording.choices);
  const viewer = new Viewer(machine, names);
  const formats = (cell: number) => program.cells[cell]!.format;
  /** By thread: the operation that it is in, and its number in the playback. */
  const open: { source: number; group: number }[] = [];
  let groups = 0;
  return recording.events.map((event, index) => {
    const { note, thread } = event;
    if (open[thread]?.source !== note.group || note.group < 0) open[thread] = { source: note.group, group: groups++ };
    const at: LineRange | undefined = note.at;
    const label = labelOf(event, names, formats);
    return {
      index,
      thread: thread + 1,
      label,
      preempts: event.preempts,
      group: open[thread].group,
      groupLabel: program.groups[note.group]?.label ?? label,
      ...viewer.after(event, index),
      ...(at === undefined ? {} : { at }),
    };
  });
}

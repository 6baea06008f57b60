/** A demonstrated race as reports show it: steps with places in the user's files. Lines and columns from 1. */
import type * as Sarif from 'sarif';
import type { Demonstration } from '../demonstrate/model.ts';
import type { LineRange, Playback, PlaybackStep, Run } from '../simulator/playback.ts';
import { FAILURE_WORDS, groupTitle, verdictText } from '../simulator/words.ts';

interface At {
  readonly file: string;
  readonly region: {
    readonly line: number;
    readonly column?: number;
    readonly endLine: number;
    readonly endColumn?: number;
  };
}

/** Null: the step stands in no file of the user, but in Python code that was made up, say. */
function placeOf(playback: Playback, at: LineRange | undefined): At | null {
  const source = at === undefined ? undefined : playback.sources[at.source];
  if (at === undefined || source?.uri === undefined) return null;
  const columns =
    at.column === undefined || at.endColumn === undefined ? {} : { column: at.column + 1, endColumn: at.endColumn + 1 };
  const region = { line: source.firstLine + at.line + 1, endLine: source.firstLine + at.endLine + 1, ...columns };
  return { file: source.uri, region };
}

/** What version 1 of the JSON has of it; the whole playback is what `gilproof race --format json` prints. */
export function demonstrationJson(found: Demonstration, shown: (path: string) => string): object {
  const { status, title, reason, failure, playback } = found;
  const run = playback?.runs[0];
  const steps = run?.steps.map(step => {
    const at = placeOf(playback!, step.at);
    return {
      thread: step.thread,
      label: step.label,
      ...(at === null ? {} : { file: shown(at.file), region: at.region }),
      ...(step.failure === undefined ? {} : { failure: step.failure }),
    };
  });
  return {
    status,
    title,
    reason,
    failure,
    runs: playback?.runs.map(({ model, verdict, schedule }) => ({ model, verdict, schedule })) ?? [],
    threads: playback?.threads.map(({ id, name, runs }) => ({ id, name, runs })) ?? [],
    steps: steps ?? [],
    assumptions: found.assumptions.map(one => one.text),
  };
}

/** One flow a thread, a location a step; `executionOrder` tells how the threads interleave. */
export function codeFlow(
  playback: Playback,
  run: Run,
  artifact: (path: string) => Sarif.ArtifactLocation,
): Sarif.CodeFlow {
  const threadFlows = playback.threads.flatMap(({ id, name, runs }): Sarif.ThreadFlow[] => {
    const locations = run.steps
      .filter(step => step.thread === id)
      .map(step => threadFlowLocation(playback, step, artifact));
    return locations.length === 0 ? [] : [{ id: name, message: { text: `${name} runs ${runs}` }, locations }];
  });
  const text = `${run.headline} In a model of a ${run.modelTitle}: ${verdictText(run.verdict)}`;
  return { message: { text }, threadFlows, properties: { schedule: run.schedule, model: run.model } };
}

function threadFlowLocation(
  playback: Playback,
  step: PlaybackStep,
  artifact: (path: string) => Sarif.ArtifactLocation,
): Sarif.ThreadFlowLocation {
  const at = placeOf(playback, step.at);
  const failure = step.failure && `${FAILURE_WORDS[step.failure.kind]}: ${step.failure.text}`;
  const code = step.groupLabel === '' || step.groupLabel === step.label ? '' : `${groupTitle(step.groupLabel)}: `;
  const text = `${code}${step.label}${failure === undefined ? '' : ` (${failure})`}`;
  const state = stateOf(step);
  return {
    executionOrder: step.index + 1,
    importance: step.failure || step.preempts ? 'essential' : 'important',
    location: {
      message: { text },
      ...(at === null ? {} : { physicalLocation: { artifactLocation: artifact(at.file), region: sarifRegion(at) } }),
    },
    ...(Object.keys(state).length === 0 ? {} : { state }),
  };
}

function sarifRegion({ region }: At): Sarif.Region {
  const { line, column, endLine, endColumn } = region;
  return {
    startLine: line,
    endLine,
    ...(column === undefined || endColumn === undefined ? {} : { startColumn: column, endColumn }),
  };
}

/** What the step changed. */
function stateOf(step: PlaybackStep): Record<string, Sarif.MultiformatMessageString> {
  const state: Record<string, Sarif.MultiformatMessageString> = {};
  for (const cell of step.globals) if (cell.changed) state[cell.name] = { text: cell.value };
  for (const object of step.objects)
    for (const cell of object.cells) if (cell.changed) state[`${object.name}.${cell.name}`] = { text: cell.value };
  return state;
}

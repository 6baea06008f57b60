/**
 * A playback as plain text: what the terminal player prints, what the view copies, and what tests compare. The view shows
 * the same facts with the same words (words.ts).
 */
import type { Assumption, CostRow, Playback, PlaybackStep, SourceText } from './playback.ts';
import {
  arrowText,
  type Choice,
  COST_COLUMNS,
  changeTexts,
  chooseRun,
  chooseSources,
  countText,
  FAILURE_WORDS,
  groupTitle,
  newlyBlocked,
  placeText,
  switchText,
  threadName,
  verdictText,
} from './words.ts';

function stepLines(playback: Playback, sources: readonly SourceText[], steps: readonly PlaybackStep[], index: number) {
  const step = steps[index];
  if (!step) return [];
  const switched = switchText(playback, steps, index);
  const before = steps[index - 1];
  const continues = before?.group === step.group && before.thread === step.thread;
  const named = continues || step.groupLabel === step.label || !step.groupLabel;
  const label = named ? step.label : `${groupTitle(step.groupLabel)}: ${step.label}`;
  const place = step.at ? `  [${placeText(sources, step.at)}]` : '';
  return [
    ...(switched ? [`   -- ${switched} --`] : []),
    `${String(index + 1).padStart(3)}. ${threadName(playback, step.thread)}  ${label}${place}`,
    ...changeTexts(playback, steps, index).map(text => `         ${text}`),
    ...newlyBlocked(steps, index).map(
      blocked => `         ${threadName(playback, blocked.thread)} is blocked: ${blocked.reason}`,
    ),
    ...(step.failure ? [`     FAILS (${FAILURE_WORDS[step.failure.kind]}): ${step.failure.text}`] : []),
  ];
}

/** The shown run as short lines, an operation each, for comments elsewhere: `T1  item = PyList_GetItem(list, 0)  [x.c:4]`. */
export function scheduleText(playback: Playback): readonly string[] {
  const [run] = playback.runs;
  const out: string[] = [];
  run?.steps.forEach((step, index) => {
    const before = run.steps[index - 1];
    if (before?.group !== step.group || before.thread !== step.thread) {
      const place = step.at ? `  [${placeText(playback.sources, step.at)}]` : '';
      out.push(`${threadName(playback, step.thread)}  ${groupTitle(step.groupLabel || step.label)}${place}`);
    }
    if (step.failure) out.push(`    ${FAILURE_WORDS[step.failure.kind]}: ${step.failure.text}`);
  });
  return out;
}

function assumptionLine(sources: readonly SourceText[], assumption: Assumption): string {
  return `- ${assumption.text}${assumption.at ? `  [${placeText(sources, assumption.at)}]` : ''}`;
}

function costLines(rows: readonly CostRow[]): string[] {
  return rows.flatMap(row => [
    `- ${row.system}: ${row.correct ? 'correct' : 'NOT correct'}${row.note ? `; ${row.note}` : ''}`,
    `    ${COST_COLUMNS.map(column => `${column.title.toLowerCase()} ${countText(column.of(row))}`).join(', ')}`,
  ]);
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length > 0 ? ['', title, ...lines] : []);

/** The whole of one run as numbered lines. Total for any playback: a playback without runs gives its title and text. */
export function playbackText(playback: Playback, choice: Choice): string {
  const run = chooseRun(playback, choice);
  const sources = chooseSources(playback, choice);
  const head = [playback.title, '', playback.text];
  if (!run) return head.join('\n');
  const fixedVerdict = choice.fixed
    ? undefined
    : playback.fixed?.runs.find(other => other.model === run.model)?.verdict;
  return [
    ...head,
    '',
    run.headline,
    `Model: ${run.modelTitle}${choice.fixed && playback.fixed ? `, with the fix (${playback.fixed.title})` : ''}`,
    `Verdict: ${verdictText(run.verdict, fixedVerdict)}`,
    ...section(
      'Threads',
      playback.threads.map(thread => `  ${thread.name} runs ${thread.runs}`),
    ),
    ...section(
      'Steps',
      run.steps.flatMap((_, index) => stepLines(playback, sources, run.steps, index)),
    ),
    ...section('Order', run.arrows.map(arrowText)),
    ...section('Why', run.why ? [run.why] : []),
    ...section('Schedule', run.schedule ? [run.schedule] : []),
    ...section(
      'Assumptions',
      playback.assumptions.map(one => assumptionLine(playback.sources, one)),
    ),
    ...section(
      'Not part of the model',
      playback.omitted.map(one => assumptionLine(playback.sources, one)),
    ),
    ...section('Costs of the same program (counts from the model, not times)', costLines(playback.costs ?? [])),
    '',
  ].join('\n');
}

/**
 * The words in which a run is told: sentences and look-ups that the race view and the text form share, so that both say
 * the same. Step numbers are one-based for readers, as in headlines; everywhere in the data they are zero-based indexes.
 */
import type {
  Arrow,
  CellView,
  CostRow,
  FailureKind,
  LineRange,
  ModelName,
  Playback,
  PlaybackStep,
  Run,
  SourceText,
  Verdict,
} from './playback.ts';

export interface Choice {
  readonly model: ModelName;
  /** Show the run of the program with the fix applied. */
  readonly fixed: boolean;
}

export const FAILURE_WORDS: Readonly<Record<FailureKind, string>> = {
  'use-after-free': 'use after free',
  'double-free': 'double free',
  'negative-count': 'negative reference count',
  leak: 'leak',
  'lost-update': 'lost update',
  'double-initialisation': 'double initialisation',
  'torn-read': 'torn read',
  deadlock: 'deadlock',
  'unlock-not-held': 'unlock of a lock that is not held',
  'detached-access': 'Python object touched while detached',
  'not-serialisable': 'outcome that no serial order explains',
  'data-race': 'data race',
  'null-dereference': 'null pointer dereference',
  'out-of-bounds': 'access out of bounds',
  'wrong-heap': 'memory given back to another allocator',
};

/** `1,842`, the same everywhere whatever the reader's locale: the text is compared in tests. */
export const countText = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** `complete`, `stopped at 5,000 executions`: what the counts of a verdict are worth. */
export function coverageText(verdict: Verdict): string {
  if (verdict.coverage === 'complete') return 'complete';
  if (verdict.coverage === 'cancelled') return 'not complete: cancelled';
  return `not complete: ${verdict.cap ?? 'a bound was hit'}`;
}

/** `7 distinct interleavings explored; 4 fail. With the fix: 3 explored, 0 fail (complete).` */
export function verdictText(verdict: Verdict, withFix?: Verdict): string {
  const plural = verdict.explored === 1 ? '' : 's';
  const own = `${countText(verdict.explored)} distinct interleaving${plural} explored; ${countText(verdict.failing)} fail (${coverageText(verdict)}).`;
  if (!withFix) return own;
  return `${own} With the fix: ${countText(withFix.explored)} explored, ${countText(withFix.failing)} fail (${coverageText(withFix)}).`;
}

/** The run that a choice names, or the nearest that exists: the same model unfixed, then the first. */
export function chooseRun(playback: Playback, choice: Choice): Run | undefined {
  const runs = (choice.fixed && playback.fixed?.runs) || playback.runs;
  return runs.find(run => run.model === choice.model) ?? runs[0];
}

/** The listing that a run's lines refer to. */
export function chooseSources(playback: Playback, choice: Choice): readonly SourceText[] {
  return (choice.fixed && playback.fixed?.sources) || playback.sources;
}

export function threadName(playback: Playback, id: number): string {
  return playback.threads.find(thread => thread.id === id)?.name ?? `T${id}`;
}

/** How control reached a step: null when its thread also ran the step before (or it is the first). */
export function switchBefore(steps: readonly PlaybackStep[], index: number): 'switch' | 'preemption' | null {
  const step = steps[index];
  const before = steps[index - 1];
  if (!step || !before || step.thread === before.thread) return null;
  return step.preempts ? 'preemption' : 'switch';
}

/** `T2 preempts T1, which could have gone on`, or why T1 stopped. Null when nothing switched. */
export function switchText(playback: Playback, steps: readonly PlaybackStep[], index: number): string | null {
  const kind = switchBefore(steps, index);
  const step = steps[index];
  const before = steps[index - 1];
  if (!kind || !step || !before) return null;
  const [from, to] = [threadName(playback, before.thread), threadName(playback, step.thread)];
  if (kind === 'preemption') return `${to} preempts ${from}, which could have gone on`;
  const left = before.threads.find(thread => thread.thread === before.thread);
  if (left?.status === 'done') return `${from} is done, ${to} runs`;
  return left?.status === 'blocked' ? `${from} is blocked, ${to} runs` : `switch from ${from} to ${to}`;
}

/** Threads that became blocked with this step, with the reason. */
export function newlyBlocked(
  steps: readonly PlaybackStep[],
  index: number,
): readonly { readonly thread: number; readonly reason: string }[] {
  const was = new Map(steps[index - 1]?.threads.map(thread => [thread.thread, thread.status]));
  return (steps[index]?.threads ?? [])
    .filter(thread => thread.status === 'blocked' && was.get(thread.thread) !== 'blocked')
    .map(thread => ({ thread: thread.thread, reason: thread.blockedBy ?? 'waits' }));
}

/** `o1.refs: 1 → 0`, `o1 is freed`: what a step did to the state, globals first. */
export function changeTexts(playback: Playback, steps: readonly PlaybackStep[], index: number): readonly string[] {
  const step = steps[index];
  if (!step) return [];
  const list = (prefix: string, cells: readonly CellView[]): string[] =>
    cells
      .filter(cell => cell.changed)
      .map(cell => `${prefix}${cell.name}: ${cell.was === undefined ? '' : `${cell.was} → `}${cell.value}`);
  const aliveBefore = new Map(steps[index - 1]?.objects.map(object => [object.name, object.alive]));
  return [
    ...list('', step.globals),
    ...step.objects.flatMap(object => [
      ...list(`${object.name}.`, object.cells),
      ...(!object.alive && aliveBefore.get(object.name) !== false ? [`${object.name} is freed`] : []),
    ]),
    ...step.threads.flatMap(thread => list(`${threadName(playback, thread.thread)} `, thread.locals)),
  ];
}

/** `first.c:4` with the line number that an editor shows. */
export function placeText(sources: readonly SourceText[], at: LineRange): string {
  const source = sources[at.source];
  return source ? `${source.name}:${source.firstLine + at.line + 1}` : `line ${at.line + 1}`;
}

/** Where a step stands and what the source says there; only the columns that the step is about, when they are known. */
export function sourceSnippet(sources: readonly SourceText[], at: LineRange): string {
  const line = sources[at.source]?.lines[at.line] ?? '';
  return (at.line === at.endLine ? line.slice(at.column ?? 0, at.endColumn) : line).trim();
}

/** The name of an operation without what belongs to its line of code: the semicolon, a comment behind it. */
export function groupTitle(label: string): string {
  const code = label.replace(/\s*\/\*.*$/, '').replace(/;$/, '');
  return code || label.replace(/^\/\*\s*|\s*\*\/$/g, '');
}

/** The two ends of an arrow and what they mean: the part that every arrow of a kind shares. */
export function arrowText(arrow: Arrow): string {
  const ends = [arrow.from + 1, arrow.to + 1] as const;
  const pair =
    arrow.kind === 'race'
      ? `Nothing orders step ${ends[0]} and step ${ends[1]}.`
      : `Step ${ends[0]} comes before step ${ends[1]}.`;
  return [pair, arrowDetail(arrow)].filter(Boolean).join(' ');
}

/** What an arrow's own text adds to that, as a sentence; often nothing. */
export function arrowDetail(arrow: Arrow): string {
  const rest = arrow.text.replace(/^nothing orders (?:these two steps|steps? \d+ and (?:step )?\d+)[.:,]?\s*/i, '');
  return rest && `${rest.charAt(0).toUpperCase()}${rest.slice(1)}${/[.!?]$/.test(rest) ? '' : '.'}`;
}

/** Columns of the cost table, shared with the view's chart. All are counts from the model, no measured times. */
export const COST_COLUMNS: readonly {
  readonly title: string;
  readonly unit: string;
  readonly of: (row: CostRow) => number;
}[] = [
  { title: 'Atomic operations', unit: '', of: row => row.atomicOperations },
  { title: 'Lock acquisitions', unit: '', of: row => row.lockAcquisitions },
  { title: 'Contended acquisitions', unit: '', of: row => row.contendedAcquisitions },
  { title: 'Cache-line transfers', unit: '', of: row => row.cacheLineTransfers },
  { title: 'Bytes copied', unit: 'B', of: row => row.copiedBytes },
];

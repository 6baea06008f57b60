/**
 * What the race view, the terminal player and SARIF show of one explored program: plain data that crosses process
 * boundaries. The simulator makes it, nobody else adds to it. Lines and columns are zero-based, in `source.lines`.
 */

export type ModelName =
  | 'free-threaded'
  | 'gil'
  | 'subinterpreters'
  | 'naive-counts'
  | 'locked-counts'
  | 'atomic-counts';

export type FailureKind =
  | 'use-after-free'
  | 'double-free'
  | 'negative-count'
  | 'leak'
  | 'lost-update'
  | 'double-initialisation'
  | 'torn-read'
  | 'deadlock'
  | 'unlock-not-held'
  | 'detached-access'
  | 'not-serialisable'
  | 'data-race'
  | 'null-dereference'
  | 'out-of-bounds'
  | 'wrong-heap';

export interface Verdict {
  /** `complete`: every inequivalent execution was explored. `capped`: a bound was hit. `cancelled`: somebody stopped it. */
  readonly coverage: 'complete' | 'capped' | 'cancelled';
  /** Inequivalent executions explored, and how many of them fail. */
  readonly explored: number;
  readonly failing: number;
  /** Failing executions by kind; one execution counts once, under its first failure. */
  readonly kinds: Readonly<Partial<Record<FailureKind, number>>>;
  /** Which bound was hit, in words, when `coverage` is `capped`. */
  readonly cap?: string;
}

export interface SourceText {
  /** Shown above the listing: file name or demo name. */
  readonly name: string;
  /** The user's file when the program was made from one. */
  readonly uri?: string;
  /** Zero-based line of the user's file at which `lines[0]` stands. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

export interface LineRange {
  /** Index into `Playback.sources`. */
  readonly source: number;
  readonly line: number;
  readonly endLine: number;
  readonly column?: number;
  readonly endColumn?: number;
}

export interface ThreadView {
  readonly id: number;
  /** `T1`, `T2` … */
  readonly name: string;
  /** What it runs, for the lane's head: `count_next(self)`, `Python: items[0] = None`. */
  readonly runs: string;
}

/** One field of an object or one variable after a step. `changed` is against the step before. */
export interface CellView {
  readonly name: string;
  readonly value: string;
  readonly was?: string;
  readonly changed: boolean;
  /** Index of the step that wrote the value last; absent for initial values. */
  readonly writtenBy?: number;
}

export interface ObjectView {
  readonly name: string;
  readonly type: string;
  readonly alive: boolean;
  /** Reference-count fields of the model (`local`, `shared`, `refs` …) and then the object's own fields. */
  readonly cells: readonly CellView[];
}

export interface ThreadStateView {
  readonly thread: number;
  readonly status: 'ready' | 'running' | 'blocked' | 'done' | 'not-started';
  /** Why it can't run: `waits for lock of self, held by T2`. */
  readonly blockedBy?: string;
  readonly attached: boolean;
  readonly locals: readonly CellView[];
  /** Locks and critical sections held, outermost first; `suspended` ones are on the stack but not held. */
  readonly locks: readonly { readonly name: string; readonly suspended: boolean }[];
  /** Line that the thread runs next. */
  readonly at?: LineRange;
}

export interface PlaybackStep {
  readonly index: number;
  readonly thread: number;
  /** What happens, in words: `loads self->item (o1)`, `frees o1`. */
  readonly label: string;
  readonly at?: LineRange;
  /** The thread before it could have gone on: this switch is a preemption. */
  readonly preempts: boolean;
  /** Consecutive micro-steps of one source operation share a group; the view folds them until asked. */
  readonly group: number;
  readonly groupLabel: string;
  /** Set on the step at which the failure happens. */
  readonly failure?: { readonly kind: FailureKind; readonly text: string };
  readonly objects: readonly ObjectView[];
  readonly globals: readonly CellView[];
  readonly threads: readonly ThreadStateView[];
}

/** An ordering between two steps: a lock handed over, a release read by an acquire; or the racing pair, which has none. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly kind: 'synchronises' | 'race';
  readonly text: string;
}

export interface Assumption {
  readonly text: string;
  readonly at?: LineRange;
}

/** One system of the cost comparison: counts for the same program, from the model, never measured times. */
export interface CostRow {
  readonly system: string;
  readonly correct: boolean;
  readonly atomicOperations: number;
  readonly lockAcquisitions: number;
  readonly contendedAcquisitions: number;
  readonly cacheLineTransfers: number;
  readonly copiedBytes: number;
  readonly note: string;
}

/** The same program under one model (a tab of the view). */
export interface Run {
  readonly model: ModelName;
  readonly modelTitle: string;
  readonly verdict: Verdict;
  /** One sentence: what goes wrong in how many steps, or that nothing does and how much was explored. */
  readonly headline: string;
  /** The shortest failing execution with the fewest preemptions; a passing one when none fails. */
  readonly steps: readonly PlaybackStep[];
  readonly arrows: readonly Arrow[];
  /** Why it fails: property, racing pair, and that swapping them passes (checked). Absent when nothing fails. */
  readonly why?: string;
  /** Thread ids in order, replayable: `1 1 2 2 1`; choices as `1:b0`. */
  readonly schedule: string;
}

export interface Playback {
  readonly version: 1;
  readonly id: string;
  readonly title: string;
  /** What to see, in two or three sentences. */
  readonly text: string;
  readonly sources: readonly SourceText[];
  readonly threads: readonly ThreadView[];
  /** First the model that the program is about. `fixed` runs are the same program with the fix applied. */
  readonly runs: readonly Run[];
  readonly fixed?: { readonly title: string; readonly sources: readonly SourceText[]; readonly runs: readonly Run[] };
  readonly assumptions: readonly Assumption[];
  /** Source lines that are not part of the model, and why. */
  readonly omitted: readonly Assumption[];
  readonly costs?: readonly CostRow[];
  /** Rules that this explains. */
  readonly rules: readonly string[];
}

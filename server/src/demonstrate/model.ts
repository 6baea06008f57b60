/**
 * What a demonstration is: a finding's own function, run by two threads on shared objects in every order that matters, and
 * what came of it. Plain data that crosses process boundaries; the editor, the command line and SARIF show it.
 */
import type { Finding } from '../rules/finding.ts';
import type { Assumption, FailureKind, ModelName, Playback } from '../simulator/playback.ts';
import type { Exposure, Goal, Setting } from '../simulator/translate/model.ts';
import type { Fix } from '../workspace/service.ts';

/**
 * `demonstrated`: an order was found in which it fails, and `playback` shows the shortest. `not-demonstrated`: the harness ran,
 * nothing failed, and `reason` says how much was explored. `not-modelled`: nothing ran, and `reason` says what is missing.
 */
export type DemonstrationStatus = 'demonstrated' | 'not-demonstrated' | 'not-modelled';

/** How the threads come to collide. */
export type HarnessKind =
  /** The flagged function by two threads on the same objects. */
  | 'itself'
  /** The flagged function against the one that the analysis says it collides with. */
  | 'sibling'
  /** The flagged function against Python code that changes the container that it reads. */
  | 'python-writer'
  /** The flagged function against a thread that C code made. */
  | 'callback'
  /** The flagged function by two interpreters with a GIL each. */
  | 'interpreters'
  /** The flagged function alone: it fails by itself. */
  | 'alone';

export interface HarnessThread {
  /** For the lane's head: `Counter_next(self)`, `items[0] = other`. */
  readonly runs: string;
  /** The function of the extension that it runs; null: a thread of Python code that was made up. */
  readonly function: { readonly file: string; readonly name: string } | null;
  /** Objects that it is given, one for each parameter, by the names that the playback uses; the one that Python code changes. */
  readonly objects: readonly string[];
  /** A thread of C code: it starts without a thread state. */
  readonly foreign: boolean;
  /** The parameter whose last reference has just gone, for destructors. */
  readonly dying?: number;
  readonly collected?: boolean;
  /** See `ThreadPlan`. */
  readonly drops?: boolean;
  readonly renames?: Readonly<Record<string, string>>;
  /** What Python code calls that the thread runs while it holds a lock. */
  readonly reenters?: { readonly file: string; readonly name: string; readonly objects: readonly string[] };
  /** What Python code does to its object, and the object whose lock is held meanwhile. */
  readonly action?: Exposure;
  readonly under?: string;
  readonly field?: string;
}

/** A flagged step, and what it does in words that an edited text can be searched for. */
export interface HarnessGoal extends Goal {
  readonly does: string;
  /** The place or first argument that it is about. */
  readonly about: string;
}

export interface Harness {
  readonly kind: HarnessKind;
  readonly threads: readonly HarnessThread[];
  /** Objects and variables that more than one thread can reach, as the playback names them. */
  readonly shared: readonly string[];
  /** What it takes to run the same on another text. */
  readonly setting: Setting;
  readonly failures: boolean;
  readonly atomic: boolean;
  readonly loneRaces: boolean;
  /** Only what the goals need was run. */
  readonly sliced: boolean;
  readonly goals: readonly HarnessGoal[];
  readonly focus: readonly string[];
  /** The flagged steps touch no data of their own: the properties were about everything. */
  readonly everything: boolean;
  readonly decisions: Readonly<Record<string, boolean>>;
}

/** All deterministic: nothing here is a time. */
export interface DemonstrationBudget {
  /** Executions of one model in one harness. */
  readonly executions: number;
  /** Executions times the steps of the program that is run, and what translating it took, of all harnesses of one scope together. */
  readonly work: number;
  /** Events of one execution. */
  readonly steps: number;
  /** States in the search for the shortest failing run. */
  readonly states: number;
  /** Ways to resolve what the text does not decide. */
  readonly choices: number;
  /** Harnesses tried before giving up. */
  readonly harnesses: number;
}

export interface DemonstrateOptions {
  readonly budget?: Partial<DemonstrationBudget>;
  /** Default: free-threaded and GIL, and subinterpreters where the finding says that it exists there too. */
  readonly models?: readonly ModelName[];
  /** Text of a file of the extension, for the listing; null when it is not at hand. */
  readonly text: (file: string) => string | null;
  /** Shown as `SourceText.uri`; default: none. */
  readonly uri?: (file: string) => string;
  /** Asked again and again, also in the midst of an exploration: true gives up, by throwing `RaceCancelled`. */
  readonly stop?: () => boolean;
  /** Play this run (`Run.schedule`) under the first model instead of the shortest failing one. */
  readonly schedule?: string;
}

export interface Demonstration {
  readonly status: DemonstrationStatus;
  /** For a code lens: `race: 2 threads, 6 steps, use after free`; `race: none found in 12 executions`; `race: not modelled`. */
  readonly title: string;
  /** Why it was not demonstrated or not modelled, in one sentence. Null when it was demonstrated. */
  readonly reason: string | null;
  /** Of the run that is shown. */
  readonly failure: FailureKind | null;
  /** Null when not modelled. `runs[0]` is the model in which it fails, when one does. */
  readonly playback: Playback | null;
  readonly harness: Harness | null;
  /** Also in the playback: what the verdict rests on. */
  readonly assumptions: readonly Assumption[];
  /** Also in the playback: lines that are no part of the model. */
  readonly omitted: readonly Assumption[];
}

/** A demonstration with its cure beside it: `playback.fixed` holds the runs of the edited text. */
export interface FixedDemonstration extends Demonstration {
  /**
   * The cure that was tried: the same harness on the edited text. Where the other end of the race has a finding of its own, `fix`
   * may mend both ends. `holds`: nothing failed, and everything was explored;
   * `fails`: some order still fails; `unknown`: a bound was hit or the edited text could not be run, as `reason` says.
   */
  readonly fix: {
    readonly fix: Fix;
    readonly outcome: 'holds' | 'fails' | 'unknown';
    readonly reason: string | null;
  } | null;
}

/** Thrown instead of an answer when `DemonstrateOptions.stop` said so. */
export class RaceCancelled extends Error {
  constructor() {
    super('The race was cancelled.');
  }
}

/** What the service and the core are asked for: see `DemonstrateOptions`, whose texts and addresses they fill in. */
export interface DemonstrationRequest {
  readonly budget?: Partial<DemonstrationBudget>;
  readonly models?: readonly ModelName[];
  readonly schedule?: string;
  /** Which cure to run beside it: the best that is offered, a given one, or none. Default: the best. */
  readonly fix?: 'best' | 'none' | Fix;
}

export type DemonstratedFinding = Pick<
  Finding,
  'rule' | 'family' | 'severity' | 'exposure' | 'file' | 'span' | 'message' | 'subject' | 'site' | 'other' | 'related'
>;

export const DEFAULT_BUDGET: DemonstrationBudget = {
  executions: 4_000,
  work: 600_000,
  steps: 300,
  states: 60_000,
  choices: 48,
  harnesses: 14,
};

/** From a finding to the run that shows it: the facade of this layer. Pure; the same input gives the same demonstration. */
import type { Extension } from '../analysis/extension.ts';
import type { ModelName, Run } from '../simulator/playback.ts';
import type { Setting } from '../simulator/translate/model.ts';
import { FAILURE_WORDS } from '../simulator/words.ts';
import type { Fix } from '../workspace/service.ts';
import { describeGoals, planAgain } from './again.ts';
import { type Attempt, Attempts } from './attempts.ts';
import { failureOf, harnessOf, playbackOf, sourcesOf } from './describe.ts';
import { isFree } from './given.ts';
import { inInterpreters } from './interpreters.ts';
import {
  DEFAULT_BUDGET,
  type DemonstratedFinding,
  type DemonstrateOptions,
  type Demonstration,
  type DemonstrationBudget,
  type FixedDemonstration,
} from './model.ts';
import { ExtensionNames } from './names.ts';
import { BY_ITSELF, type Outcome, runPlan, runTranslated, sizeOf } from './run.ts';

/** What a step costs that is translated, in steps that are run. */
const WALKED = 3;

type Ran = Extract<Outcome, { kind: 'ran' }>;

interface Shown {
  readonly attempt: Attempt;
  readonly ran: Ran;
}

/**
 * Never throws for any extension or finding; what can't be run is `not-modelled`, with the reason.
 * @throws RaceCancelled only when `options.stop` says so
 */
export function demonstrate(
  extension: Extension,
  finding: DemonstratedFinding,
  options: DemonstrateOptions,
): Demonstration {
  const { site } = finding;
  if (site.function === null) return notModelled('It is about a declaration, not about code that runs.');
  const view = extension.functions.find(
    one =>
      one.unit.file === site.file &&
      one.name === site.function &&
      site.steps.every(step => one.step(step) !== undefined),
  );
  if (view === undefined) return notModelled('The function could not be read.');
  if (view.body.unread.length > 0) return notModelled('Part of the function could not be read.');
  const names = new ExtensionNames(extension, options.text);
  const budget = { ...DEFAULT_BUDGET, ...options.budget };
  const attempts = (direct: boolean, sliced: boolean): Attempts =>
    new Attempts(extension, names, finding, view, { direct, sliced });
  const whole = attempts(false, false);
  if (whole.isOnce) return notModelled('It runs once for each module, when nobody uses it any more.');
  const search = new Search(names, modelsOf(finding, options), budget, options.stop ?? never);
  const first = search.run(whole);
  const isExplored = first !== null && first.ran.run.verdict.coverage === 'complete' && passesGoals(first);
  const isEnough = first !== null && (concerns(first) || (isExplored && !search.tooLarge));
  // What the callers give is known where threads came from there to the flagged step.
  const scopes = whole.isDirect || !isFree(view) || isExplored ? [false] : [true, false];
  const next = isEnough ? null : search.first(scopes.map(direct => attempts(direct, true)));
  const shown = next !== null && (first === null || concerns(next)) ? next : first;
  return shown === null ? notModelled(search.reason) : describe(shown, extension, finding, options, search, budget);
}

/** Models to look for a failure in, then those to show beside it. */
function modelsOf({ exposure }: DemonstratedFinding, options: DemonstrateOptions): readonly ModelName[] {
  if (options.models !== undefined) return options.models;
  const process: ModelName[] = exposure.perInterpreter ? ['subinterpreters'] : [];
  return exposure.freeThreaded ? ['free-threaded', 'gil', ...process] : [...process, 'gil'];
}

class Search {
  /** Why nothing ran. */
  reason = 'Nothing here could be run.';
  explored = 0;
  /** Some harness did not fit into the model: less of the functions may. */
  tooLarge = false;
  /** Work that is left for the scope. */
  #left = 0;
  readonly names: ExtensionNames;
  readonly #models: readonly ModelName[];
  readonly #budget: DemonstrationBudget;
  readonly #stop: () => boolean;
  #best: Shown | null = null;

  constructor(names: ExtensionNames, models: readonly ModelName[], budget: DemonstrationBudget, stop: () => boolean) {
    this.#stop = stop;
    this.names = names;
    this.#models = models;
    this.#budget = budget;
  }

  /** The first scope in which something fails, or the first that could be run. */
  first(scopes: readonly Attempts[]): Shown | null {
    let ran: Shown | null = null;
    for (const scope of scopes) {
      const shown = this.run(scope);
      if (shown !== null && concerns(shown)) return shown;
      ran ??= shown;
    }
    return ran;
  }

  /** The first harness that fails, or the one that came furthest. A data race is shown only where nothing follows from it. */
  run(attempts: Attempts): Shown | null {
    this.#left = this.#budget.work;
    this.#best = null;
    let race: Shown | null = null;
    const filled = this.#try(attempts.alone('filled'));
    const alone = filled ?? this.#try(attempts.alone('empty'));
    if (alone !== null && concerns(alone)) return alone;
    // What one thread does not come to, two seldom do: they are tried where little has to be run for it.
    if (alone === null && !attempts.isDirect) return null;
    const { exposed, pointees } = alone?.ran.translation ?? { exposed: [], pointees: [] };
    const settings: Setting[] =
      alone === null || passesGoals(alone) ? ['filled', 'empty'] : this.#settings(attempts, filled);
    let left = this.#budget.harnesses;
    for (const attempt of attempts.all(exposed, pointees, settings)) {
      if (left-- === 0 || this.#left <= 0) break;
      const shown = this.#try(attempt);
      if (shown === null || !concerns(shown)) continue;
      if (shown.ran.run.verdict.kinds['data-race'] === undefined) return shown;
      race ??= shown;
    }
    return race ?? this.#best;
  }

  /** Code that fills empty containers is not run while they hold what it looks for: first come starts that bring a thread to it. */
  #settings(attempts: Attempts, filled: Shown | null): Setting[] {
    const others = (['empty', 'hollow'] as const).map(setting => ({
      setting,
      ran: this.#try(attempts.alone(setting)),
    }));
    const comes = [{ setting: 'filled' as const, ran: filled }, ...others];
    const passes = ({ ran }: (typeof comes)[number]): number => (ran !== null && passesGoals(ran) ? 0 : 1);
    return comes.sort((a, b) => passes(a) - passes(b)).map(({ setting }) => setting);
  }

  /** Where the flagged code fills what is empty or handles failures, it has to be so. */
  #try(attempt: Attempt): Shown | null {
    const shown = this.#run(attempt);
    if (shown !== 'unreached') return shown;
    for (const other of [{ setting: 'hollow' }, { failures: true }] as const) {
      const again = this.#run({ ...attempt, plan: { ...attempt.plan, ...other } });
      if (again !== 'unreached') return again;
    }
    return null;
  }

  #run(attempt: Attempt): Shown | null | 'unreached' {
    let first: Ran | null = null;
    for (const model of this.#models) {
      const budget = { ...this.#budget, work: this.#left };
      const apart = model === 'subinterpreters';
      const plan = apart ? inInterpreters(attempt.plan) : attempt.plan;
      if (plan === null) continue;
      const own: Attempt = apart ? { ...attempt, kind: 'interpreters', plan } : attempt;
      const cost = { steps: 0 };
      const outcome: Outcome =
        first === null || apart
          ? runPlan(plan, this.names, model, budget, this.#stop, cost)
          : runTranslated(first.translator, model, budget, this.#stop);
      this.#left -= cost.steps * WALKED;
      if (outcome.kind === 'untranslatable') {
        if (apart) continue;
        this.reason = outcome.reason;
        if (outcome.unreached === true) return 'unreached';
        this.tooLarge ||= outcome.tooLarge === true;
        return first === null ? null : { attempt, ran: first };
      }
      this.explored += outcome.run.verdict.explored;
      this.#left -= outcome.run.verdict.explored * sizeOf(outcome.translation.program);
      if (!apart) first ??= outcome;
      if (fails(outcome.run)) {
        if (!concerns({ attempt: own, ran: outcome }))
          this.reason = `Something else on the way goes wrong first: ${outcome.run.headline}`;
        return { attempt: own, ran: outcome };
      }
      if (this.#best === null || tells(outcome) > tells(this.#best.ran)) this.#best = { attempt: own, ran: outcome };
    }
    return first === null ? null : { attempt, ran: first };
  }
}

/** The run fails, and not only by something else that is wrong on the way: a lock that stays held, a missing thread state. */
function concerns({ ran: { run, translation } }: Shown): boolean {
  const failure = failureOf(run);
  if (failure === null || !translation.aboutData || !BY_ITSELF.includes(failure)) return failure !== null;
  const failed = run.steps.find(step => step.failure !== undefined);
  const waiting = run.steps.at(-1)?.threads.flatMap(({ status, at }) => (status === 'blocked' && at ? [at] : [])) ?? [];
  const places = failed?.at === undefined ? waiting : [failed.at, ...waiting];
  return places.some(at =>
    translation.goals.some(goal => goal.source === at.source && goal.line <= at.line && at.line <= goal.endLine),
  );
}

/** How much is seen of a run in which nothing fails: races that nothing follows from, then how many orders there are. */
function tells({ translation: { lone }, run: { verdict } }: Ran): number {
  return verdict.explored + (lone.length > 0 ? 1_000_000 : 0);
}

/** Some step of the run stands at what is flagged. */
function passesGoals({ ran: { run, translation } }: Shown): boolean {
  return run.steps.some(
    ({ at }) =>
      at !== undefined &&
      translation.goals.some(goal => goal.source === at.source && goal.line <= at.endLine && at.line <= goal.endLine),
  );
}

function fails(run: Run): boolean {
  return run.verdict.failing > 0;
}

function describe(
  { attempt, ran }: Shown,
  extension: Extension,
  finding: DemonstratedFinding,
  options: DemonstrateOptions,
  search: Search,
  budget: DemonstrationBudget,
): Demonstration {
  const { stop = never } = options;
  const runs = [ran.run];
  for (const model of modelsOf(finding, options)) {
    if (model === ran.run.model) continue;
    const plan = model === 'subinterpreters' ? inInterpreters(attempt.plan) : attempt.plan;
    if (plan === null) continue;
    const other =
      plan === attempt.plan
        ? runTranslated(ran.translator, model, budget, stop)
        : runPlan(plan, search.names, model, budget, stop);
    if (other.kind === 'ran') runs.push(other.run);
  }
  if (options.schedule !== undefined) {
    const replayed = runTranslated(ran.translator, ran.run.model, budget, stop, options.schedule);
    if (replayed.kind === 'ran') runs[0] = replayed.run;
  }
  const playback = playbackOf(finding, attempt, ran.translation, runs, options);
  const common = {
    playback,
    harness: harnessOf(attempt, ran.translation, describeGoals(extension, attempt.plan.goals)),
    assumptions: playback.assumptions,
    omitted: playback.omitted,
  };
  const failure = failureOf(ran.run);
  if (failure === null) {
    const { coverage, cap } = ran.run.verdict;
    const reach = coverage === 'complete' ? 'each of them completely' : `not completely: ${cap ?? coverage}`;
    return {
      status: 'not-demonstrated',
      title: `race: none found in ${count(search.explored, 'execution')}`,
      reason: `Nothing failed in ${count(search.explored, 'execution')} of ${count(attempt.plan.threads.length, 'thread')}, explored ${reach}.`,
      failure,
      ...common,
    };
  }
  const { threads } = playback;
  const { steps } = ran.run;
  return {
    status: 'demonstrated',
    title: `race: ${count(threads.length, 'thread')}, ${count(steps.length, 'step')}, ${FAILURE_WORDS[failure]}`,
    reason: null,
    failure,
    ...common,
  };
}

/** The harness of `before` on the edited text: the same threads on the same objects, and the same properties. */
export function demonstrateFixed(
  before: Demonstration,
  edited: Extension,
  options: DemonstrateOptions,
  fix: Fix,
): FixedDemonstration {
  const { harness, playback } = before;
  const unknown = (reason: string): FixedDemonstration => ({ ...before, fix: { fix, outcome: 'unknown', reason } });
  if (harness === null || playback === null)
    return unknown('The text as it is could not be run, so neither can the fix.');
  const names = new ExtensionNames(edited, options.text);
  const plan = planAgain(harness, edited, names);
  if (plan === null) return unknown('The functions that the threads ran are not there any more.');
  const budget = { ...DEFAULT_BUDGET, ...options.budget };
  const { stop = never } = options;
  const runs: Run[] = [];
  let first: Ran | null = null;
  for (const { model } of playback.runs) {
    const own = model === 'subinterpreters' && harness.kind !== 'interpreters' ? inInterpreters(plan) : plan;
    if (own === null) continue;
    const outcome: Outcome =
      first === null || own !== plan
        ? runPlan(own, names, model, budget, stop)
        : runTranslated(first.translator, model, budget, stop);
    if (outcome.kind === 'untranslatable') {
      if (first === null) return unknown(outcome.reason);
      continue;
    }
    first ??= outcome;
    runs.push(outcome.run);
  }
  if (first === null) return unknown('Nothing of it could be run.');
  const { verdict } = first.run;
  const outcome = verdict.failing > 0 ? 'fails' : verdict.coverage === 'complete' ? 'holds' : 'unknown';
  const reason =
    outcome === 'fails' ? first.run.headline : outcome === 'unknown' ? (verdict.cap ?? verdict.coverage) : null;
  const fixed = { title: fix.title, sources: sourcesOf(first.translation, options), runs };
  return { ...before, playback: { ...playback, fixed }, fix: { fix, outcome, reason } };
}

const never = (): boolean => false;

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function notModelled(reason: string): Demonstration {
  return {
    status: 'not-modelled',
    title: 'race: not modelled',
    reason,
    failure: null,
    playback: null,
    harness: null,
    assumptions: [],
    omitted: [],
  };
}

/** One harness: translated, run one thread after the other, then in every order that matters. */
import { Judge } from '../simulator/explore/judge.ts';
import type { Bounds } from '../simulator/explore/verify.ts';
import { FAILURE_KINDS } from '../simulator/machine/failures.ts';
import { Machine } from '../simulator/machine/machine.ts';
import type { Program } from '../simulator/machine/program.ts';
import { type RunOptions, simulate } from '../simulator/play/run.ts';
import { parseSchedule } from '../simulator/play/schedule.ts';
import type { FailureKind, LineRange, ModelName, Run } from '../simulator/playback.ts';
import { BY_HAND } from '../simulator/translate/lane.ts';
import { type Names, type Plan, TooLarge, type Translation, Untranslatable } from '../simulator/translate/model.ts';
import { Translator } from '../simulator/translate/translate.ts';
import type { Cost } from '../simulator/translate/walk.ts';
import { FAILURE_WORDS } from '../simulator/words.ts';
import { type DemonstrationBudget, RaceCancelled } from './model.ts';

/** Executions of the largest program. */
const FEWEST = 20;

export type Outcome =
  | { readonly kind: 'untranslatable'; readonly reason: string; readonly unreached?: true; readonly tooLarge?: true }
  | { readonly kind: 'ran'; readonly translator: Translator; readonly translation: Translation; readonly run: Run };

/** What a thread can do wrong without anybody's help, and is wrong all the same. */
export const BY_ITSELF: readonly FailureKind[] = ['deadlock', 'detached-access', 'unlock-not-held', 'wrong-heap'];

export function runPlan(
  plan: Plan,
  names: Names,
  model: ModelName,
  budget: DemonstrationBudget,
  stop: () => boolean,
  cost?: Cost,
): Outcome {
  const translator = translatable(() => new Translator(plan, names, cost));
  return 'kind' in translator ? translator : runTranslated(translator, model, budget, stop);
}

/** What is made, or the reason why it can't be. */
function translatable<T>(make: () => T): T | (Outcome & { kind: 'untranslatable' }) {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Untranslatable)) throw error;
    const size = error instanceof TooLarge ? ({ tooLarge: true } as const) : {};
    return { kind: 'untranslatable', reason: error.message, ...size };
  }
}

export function runTranslated(
  translator: Translator,
  model: ModelName,
  budget: DemonstrationBudget,
  stop: () => boolean,
  schedule?: string,
): Outcome {
  // One model may need more steps than another.
  const translation = translatable(() => translator.translate(model));
  if ('kind' in translation) return translation;
  const { program } = translation;
  if (!translation.reached)
    return { kind: 'untranslatable', reason: 'No way was found that comes to the flagged code.', unreached: true };
  const alone = serialFailure(program);
  if (alone !== null && !BY_ITSELF.includes(alone.kind) && !isOwnFault(alone, translation))
    return {
      kind: 'untranslatable',
      reason: `Run one thread after the other, the model fails too (${FAILURE_WORDS[alone.kind]}): it does not know enough.`,
    };
  const parsed = schedule === undefined ? null : parseSchedule(schedule, program.threads.length);
  const options: RunOptions = {
    bounds: boundsOf(budget, sizeOf(program)),
    dataRaces: true,
    watch: { stop },
    ...(parsed === null ? {} : { schedule: parsed }),
  };
  const { run } = simulate(program, model, options);
  if (stop()) throw new RaceCancelled();
  return { kind: 'ran', translator, translation, run };
}

/** Large programs are run less often: what one costs does not depend on its size. */
function boundsOf({ executions, work, steps, states, choices }: DemonstrationBudget, size: number): Partial<Bounds> {
  const share = Math.max(FEWEST, Math.floor(work / size));
  return { executions: Math.min(executions, share), steps, states, choices };
}

export function sizeOf({ threads }: Program): number {
  return threads.reduce((sum, { code }) => sum + code.length, 1);
}

interface SerialFailure {
  readonly kind: FailureKind;
  readonly at: LineRange | undefined;
  /** The step that failed was to take a lock. */
  readonly locks: boolean;
}

/**
 * What the flagged code does wrong however the threads run: it locks what can be NULL by its own tests, or it frees memory
 * by hand that others have references to, or destroys what Python code was given.
 */
function isOwnFault({ kind, locks, at }: SerialFailure, { goals, program, resurrects }: Translation): boolean {
  const isGoal = (range: LineRange | undefined): boolean =>
    range !== undefined &&
    goals.some(goal => goal.source === range.source && goal.line <= range.line && range.line <= goal.endLine);
  if (kind === 'null-dereference') return locks && isGoal(at);
  if (kind !== 'use-after-free' && kind !== 'double-free') return false;
  if (resurrects) return true;
  return program.threads.some(({ code }) =>
    code.some(one => one.kind === 'free' && one.note.label === BY_HAND && isGoal(one.note.at)),
  );
}

/** How some order of whole threads fails. */
function serialFailure(program: Program): SerialFailure | null {
  const machine = new Machine(program);
  const judge = new Judge(machine);
  const order = program.threads.map((_, i) => i);
  for (const threads of [order, [...order].reverse()]) {
    machine.restart([]);
    for (const thread of threads) {
      while (machine.enabled(thread)) machine.step(thread);
      const kind = FAILURE_KINDS[machine.failure(thread)];
      if (kind === null || kind === undefined) continue;
      const failed = program.threads[thread]?.code[machine.failedAt];
      const at = failed !== undefined && 'note' in failed ? failed.note.at : undefined;
      return { kind, at, locks: failed?.kind === 'access' && failed.until !== undefined };
    }
    const failure = judge.judge(null);
    if (failure !== null && failure.kind !== 'not-serialisable')
      return { kind: failure.kind, at: undefined, locks: false };
  }
  return null;
}

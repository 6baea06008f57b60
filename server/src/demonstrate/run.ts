/** One harness: translated, run one thread after the other, then in every order that matters. */
import { Judge } from '../simulator/explore/judge.ts';
import type { Bounds } from '../simulator/explore/verify.ts';
import { FAILURE_KINDS } from '../simulator/machine/failures.ts';
import { Machine } from '../simulator/machine/machine.ts';
import type { Program } from '../simulator/machine/program.ts';
import { type RunOptions, simulate } from '../simulator/play/run.ts';
import { parseSchedule } from '../simulator/play/schedule.ts';
import type { FailureKind, ModelName, Run } from '../simulator/playback.ts';
import { type Names, type Plan, type Translation, Untranslatable } from '../simulator/translate/model.ts';
import { Translator } from '../simulator/translate/translate.ts';
import type { DemonstrationBudget } from './model.ts';

export type Outcome =
  | { readonly kind: 'untranslatable'; readonly reason: string }
  | { readonly kind: 'ran'; readonly translator: Translator; readonly translation: Translation; readonly run: Run };

/** What a thread can do wrong without anybody's help, and is wrong all the same. */
const BY_ITSELF: readonly FailureKind[] = ['deadlock', 'detached-access', 'unlock-not-held'];

export function runPlan(
  plan: Plan,
  names: Names,
  model: ModelName,
  budget: DemonstrationBudget,
  schedule?: string,
): Outcome {
  try {
    const translator = new Translator(plan, names);
    return runTranslated(translator, model, budget, schedule);
  } catch (error) {
    if (error instanceof Untranslatable) return { kind: 'untranslatable', reason: error.message };
    throw error;
  }
}

export function runTranslated(
  translator: Translator,
  model: ModelName,
  budget: DemonstrationBudget,
  schedule?: string,
): Outcome {
  const translation = translator.translate(model);
  const { program } = translation;
  if (!translation.reached)
    return { kind: 'untranslatable', reason: 'No way was found that comes to the flagged code.' };
  const alone = serialFailure(program);
  if (alone !== null && !BY_ITSELF.includes(alone))
    return {
      kind: 'untranslatable',
      reason: `Run one thread after the other, the model fails too (${alone}): it does not know enough.`,
    };
  const parsed = schedule === undefined ? null : parseSchedule(schedule, program.threads.length);
  const options: RunOptions = {
    bounds: boundsOf(budget),
    dataRaces: true,
    ...(parsed === null ? {} : { schedule: parsed }),
  };
  const { run } = simulate(program, model, options);
  return { kind: 'ran', translator, translation, run };
}

function boundsOf({ executions, steps, states, choices }: DemonstrationBudget): Partial<Bounds> {
  return { executions, steps, states, choices };
}

/** How some order of whole threads fails. */
function serialFailure(program: Program): FailureKind | null {
  const machine = new Machine(program);
  const judge = new Judge(machine);
  const order = program.threads.map((_, i) => i);
  for (const threads of [order, [...order].reverse()]) {
    machine.restart([]);
    for (const thread of threads) while (machine.enabled(thread)) machine.step(thread);
    for (const thread of threads) {
      const failure = FAILURE_KINDS[machine.failure(thread)];
      if (failure !== null && failure !== undefined) return failure;
    }
    const failure = judge.judge(null);
    if (failure !== null && failure.kind !== 'not-serialisable') return failure.kind;
  }
  return null;
}

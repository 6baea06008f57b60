/** A harness and its runs in the shapes that are shown. */
import type { Assumption, FailureKind, Playback, Run, SourceText } from '../simulator/playback.ts';
import type { Setting, Translation } from '../simulator/translate/model.ts';
import type { Attempt } from './attempts.ts';
import type { DemonstratedFinding, DemonstrateOptions, Harness, HarnessGoal } from './model.ts';

const SEQUENTIAL_CONSISTENCY =
  'Memory is sequentially consistent: all threads see one order of all steps. What weaker orders could add is not explored.';

export function failureOf(run: Run): FailureKind | null {
  if (run.verdict.failing === 0) return null;
  const shown = run.steps.find(step => step.failure !== undefined)?.failure?.kind;
  const [first] = Object.keys(run.verdict.kinds) as FailureKind[];
  return shown ?? first ?? null;
}

export function harnessOf({ kind, plan }: Attempt, translation: Translation, goals: readonly HarnessGoal[]): Harness {
  return {
    kind,
    threads: plan.threads.map((thread, i) => {
      const runs = translation.program.threads[i]?.runs ?? '';
      if (thread.kind === 'python')
        return {
          runs,
          function: null,
          objects: [thread.container],
          foreign: false,
          action: thread.action,
          ...(thread.under === undefined ? {} : { under: thread.under }),
          ...(thread.field === undefined ? {} : { field: thread.field }),
        };
      const { code, objects, foreign, dying, collected } = thread;
      const called = { file: code.file, name: code.unit.body.qualifiedName };
      const { renames, reenters, drops } = thread;
      return {
        runs,
        function: called,
        objects,
        foreign,
        ...(dying === undefined ? {} : { dying }),
        ...(collected === undefined ? {} : { collected }),
        ...(drops === undefined ? {} : { drops }),
        ...(renames === undefined ? {} : { renames }),
        ...(reenters === undefined
          ? {}
          : {
              reenters: {
                file: reenters.code.file,
                name: reenters.code.unit.body.qualifiedName,
                objects: reenters.objects,
              },
            }),
      };
    }),
    shared: translation.shared,
    setting: plan.setting,
    failures: plan.failures === true,
    atomic: plan.atomic === true,
    loneRaces: plan.loneRaces === true,
    sliced: plan.sliced === true,
    goals,
    focus: translation.focus,
    everything: !translation.aboutData,
    decisions: translation.choices,
  };
}

export function sourcesOf({ python, files, firstLines }: Translation, options: DemonstrateOptions): SourceText[] {
  return python.sources.map(({ text }, i) => {
    const file = files[i];
    if (file === undefined) return text;
    const uri = options.uri?.(file);
    return { ...text, firstLine: firstLines[i] ?? 0, ...(uri === undefined ? {} : { uri }) };
  });
}

export function playbackOf(
  finding: DemonstratedFinding,
  attempt: Attempt,
  translation: Translation,
  runs: readonly Run[],
  options: DemonstrateOptions,
): Playback {
  return {
    version: 1,
    id: `${finding.file}:${finding.span.start}:${finding.rule}`,
    title: `${finding.subject} in ${finding.site.function ?? 'this file'}`,
    text: finding.message,
    sources: sourcesOf(translation, options),
    threads: translation.program.threads.map(({ name, runs: what }, i) => ({ id: i + 1, name, runs: what })),
    runs,
    assumptions: [
      { text: SEQUENTIAL_CONSISTENCY },
      { text: settingText(attempt) },
      ...scopeTexts(attempt),
      ...translation.assumptions,
    ],
    omitted: translation.omitted,
    rules: [finding.rule],
  };
}

const SETTINGS: Readonly<Record<Setting, string>> = {
  filled:
    'fields and variables are set: pointers lead to objects of their own, numbers are 1, containers hold one item.',
  empty: 'fields and variables that the threads fill are empty.',
  hollow: 'containers are empty; fields and variables are set.',
  plenty: 'numbers are 2, and objects of one kind share the memory that they point to.',
};

function scopeTexts({ plan, inner }: Attempt): Assumption[] {
  const names = plan.threads.flatMap(thread => (thread.kind === 'call' ? [`${thread.code.unit.body.name}()`] : []));
  const found: Assumption[] = [];
  if (inner)
    found.push({ text: `Its callers can be in ${[...new Set(names)].join(' and ')} at once, with the same objects.` });
  if (plan.sliced === true)
    found.push({
      text: 'Only what the flagged lines need is run: other calls neither change that memory nor run Python code.',
    });
  return found;
}

function settingText({ plan }: Attempt): string {
  return `At the start, ${SETTINGS[plan.setting]}`;
}

/** A demo: one small program, written once, run under several systems, with the verdicts that it must get. */

import { type RunOptions, simulate } from '../play/run.ts';
import type { Assumption, CostRow, ModelName, Playback, Run } from '../playback.ts';
import { Python } from '../python/python.ts';

/** What a demo is about: a family of hazards (see `rules/finding.ts`), a deadlock, or a step in the history of the GIL. */
export type Topic =
  | 'borrowed-refs'
  | 'object-state'
  | 'globals'
  | 'critical-sections'
  | 'gil-api'
  | 'refcounts'
  | 'allocation'
  | 'module'
  | 'type-slots'
  | 'libc'
  | 'atomics'
  | 'buffers'
  | 'deadlocks'
  | 'history';

export interface Variant {
  /** Lays out memory, writes the threads. The same for all models: what differs is in `py`. */
  readonly write: (py: Python) => void;
  /** By model: `2 of 4 fail: lost-update 2`, or `0 of 2 fail`. Pinned by a test; never read when a demo runs. */
  readonly expected: Readonly<Partial<Record<ModelName, string>>>;
}

export interface Scenario extends Variant {
  readonly id: string;
  readonly title: string;
  readonly topic: Topic;
  /** What to see, in two or three sentences. */
  readonly text: string;
  /** The model that the demo is about comes first. */
  readonly models: readonly ModelName[];
  /** `long`: the build's own protocols with every atomic action. */
  readonly form?: 'short' | 'long';
  readonly fixed?: Variant & { readonly title: string; readonly models?: readonly ModelName[] };
  readonly rules: readonly string[];
  /** Module of `examples/demos` that shows the same on a real interpreter (`npm run real-python`). */
  readonly counterpart?: string;
  readonly assumptions?: readonly string[];
  /** Figures of the cost model, side by side. */
  readonly costs?: () => readonly CostRow[];
}

/** Holds for every demo and every run made from C code. */
const SEQUENTIAL_CONSISTENCY =
  'Memory is sequentially consistent: all threads see one order of all steps. What weaker orders could add is not explored.';

export interface PlayOptions extends RunOptions {
  /** Only these models, in this order. */
  readonly models?: readonly ModelName[];
}

export function play(scenario: Scenario, options: PlayOptions = {}): Playback {
  const models = options.models ?? scenario.models;
  const main = build(scenario, scenario, models[0]!);
  const program = main.p.build();
  const { fixed } = scenario;
  const fixedModels = fixed?.models ?? [scenario.models[0]!];
  return {
    version: 1,
    id: scenario.id,
    title: scenario.title,
    text: scenario.text,
    sources: main.sources.map(source => source.text),
    threads: program.threads.map(({ name, runs }, i) => ({ id: i + 1, name, runs })),
    runs: models.map(model => runOf(scenario, scenario, model, options)),
    ...(fixed === undefined || options.schedule !== undefined
      ? {}
      : {
          fixed: {
            title: fixed.title,
            sources: build(scenario, fixed, fixedModels[0]!).sources.map(source => source.text),
            runs: fixedModels.map(model => runOf(scenario, fixed, model, options)),
          },
        }),
    assumptions: [SEQUENTIAL_CONSISTENCY, ...(scenario.assumptions ?? [])].map((text): Assumption => ({ text })),
    omitted: [],
    ...(scenario.costs === undefined ? {} : { costs: scenario.costs() }),
    rules: scenario.rules,
  };
}

/** The program as one model runs it. */
export function build(scenario: Scenario, variant: Variant, model: ModelName): Python {
  const py = new Python(model, scenario.form ?? 'short');
  variant.write(py);
  return py;
}

function runOf(scenario: Scenario, variant: Variant, model: ModelName, options: RunOptions): Run {
  return simulate(build(scenario, variant, model).p.build(), model, options).run;
}

/** A verdict in the words of `Variant.expected`. */
export function verdictWords({ verdict }: Run): string {
  const { coverage, explored, failing, kinds } = verdict;
  const parts = Object.entries(kinds).map(([kind, count]) => `${kind} ${count}`);
  const list = parts.length === 0 ? '' : `: ${parts.sort().join(', ')}`;
  const whole = coverage === 'complete' ? '' : ` (${coverage})`;
  return `${failing} of ${explored} fail${list}${whole}`;
}

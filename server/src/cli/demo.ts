/** `gilproof demo`: lists the race demos, and plays one as text. */
import type { ModelName } from '../simulator/playback.ts';
import { SCENARIOS } from '../simulator/scenarios/index.ts';
import { build, play, type Scenario } from '../simulator/scenarios/scenario.ts';
import { playbackText } from '../simulator/text.ts';
import { nearestName } from '../workspace/nearest.ts';
import { type Command, choice, flag, string, UsageError } from './command.ts';
import { readSchedule, refuseStuck } from './schedule.ts';

const MODELS: readonly ModelName[] = [
  'free-threaded',
  'gil',
  'subinterpreters',
  'naive-counts',
  'locked-counts',
  'atomic-counts',
];
const FORMATS = ['text', 'json'] as const;

export const demo: Command = {
  name: 'demo',
  operands: '[NAME]',
  summary: 'List the race demos, or play one',
  notes: [
    'Without NAME the demos are listed. A demo explores every interleaving that matters and plays the failing run that is',
    'easiest to follow. A schedule is what a run prints under "Schedule": the threads in the order of their steps.',
  ],
  options: {
    model: { type: 'string', value: 'MODEL', help: `The system to run under: ${MODELS.join(', ')}` },
    fixed: { type: 'boolean', help: 'Play the same program with the fix' },
    schedule: { type: 'string', value: 'STEPS', help: 'Play this run: "1 1 2 2 1"' },
    format: { type: 'string', value: 'FORMAT', help: 'text (default) or json' },
  },
  run(args, terminal) {
    const [name, ...more] = args.positionals;
    if (more.length > 0) throw new UsageError('Name one demo.');
    const format = choice(args, 'format', FORMATS) ?? 'text';
    if (name === undefined) {
      for (const option of ['model', 'fixed', 'schedule']) {
        if (args.values[option] !== undefined) throw new UsageError(`--${option} needs the name of a demo.`);
      }
      terminal.out(format === 'json' ? listJson() : listText());
      return Promise.resolve(0);
    }
    const scenario = named(name);
    const fixed = flag(args, 'fixed');
    const model = choice(args, 'model', MODELS);
    const playback = playWith(scenario, model, fixed, string(args, 'schedule'));
    const shown = { model: model ?? playback.runs[0]!.model, fixed };
    terminal.out(format === 'json' ? `${JSON.stringify(playback)}\n` : `${playbackText(playback, shown).trimEnd()}\n`);
    return Promise.resolve(0);
  },
};

function named(name: string): Scenario {
  const scenario = SCENARIOS.find(one => one.id === name);
  if (scenario !== undefined) return scenario;
  const near = nearestName(
    name,
    SCENARIOS.map(one => one.id),
  );
  throw new UsageError(`No demo is called '${name}'.${near === null ? '' : ` Did you mean '${near}'?`}`);
}

function playWith(scenario: Scenario, model: ModelName | undefined, fixed: boolean, schedule: string | undefined) {
  if (fixed && scenario.fixed === undefined) throw new UsageError(`'${scenario.id}' has no fix to play.`);
  const models = (fixed ? scenario.fixed?.models : scenario.models) ?? [scenario.models[0]!];
  if (model !== undefined && !models.includes(model)) {
    throw new UsageError(`'${scenario.id}'${fixed ? ', fixed,' : ''} runs under ${models.join(', ')}.`);
  }
  if (schedule === undefined) return play(scenario);
  if (fixed) throw new UsageError('--schedule plays the program without the fix.');
  const chosen = model ?? models[0]!;
  const { threads } = build(scenario, scenario, chosen).p.build();
  const parsed = readSchedule(schedule, threads.length);
  const playback = play(scenario, { models: [chosen], schedule: parsed });
  refuseStuck(parsed, playback);
  return playback;
}

function listText(): string {
  const width = Math.max(...SCENARIOS.map(({ id }) => id.length));
  const topics = [...new Set(SCENARIOS.map(({ topic }) => topic))];
  const blocks = topics.map(topic => {
    const rows = SCENARIOS.filter(one => one.topic === topic);
    return [topic, ...rows.map(({ id, title }) => `  ${id.padEnd(width)}  ${title}`)].join('\n');
  });
  return `${blocks.join('\n')}\n`;
}

function listJson(): string {
  const rows = SCENARIOS.map(({ id, title, topic, text, models, rules }) => ({
    id,
    title,
    topic,
    text,
    models,
    rules,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

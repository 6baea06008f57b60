/** Playbacks for the tests of the reducer, small enough to read: who runs when, in which group, on which line. */
import type { Playback, PlaybackStep, Run, Verdict } from '../../server/src/simulator/playback.ts';

const PASS: Verdict = { coverage: 'complete', explored: 3, failing: 0, kinds: {} };
const FAIL: Verdict = { coverage: 'complete', explored: 7, failing: 4, kinds: { 'lost-update': 4 } };

/** `1a 1a 2b 1c`: thread and group of each step; step n stands on line n, and `x` goes from n-1 to n. */
export function steps(text: string): PlaybackStep[] {
  const groups = new Map<string, number>();
  return text.split(' ').map((word, index) => {
    const thread = Number(word[0]);
    const name = word.slice(1);
    if (!groups.has(name)) groups.set(name, groups.size);
    const at = { source: 0, line: index, endLine: index };
    return {
      index,
      thread,
      label: `does ${index + 1}`,
      at,
      preempts: false,
      group: groups.get(name) ?? 0,
      groupLabel: `operation ${name}`,
      objects: [],
      globals: [{ name: 'x', value: `${index + 1}`, was: `${index}`, changed: true, writtenBy: index }],
      threads: [1, 2].map(id => ({
        thread: id,
        status: id === thread ? ('running' as const) : ('ready' as const),
        attached: true,
        locals: [],
        locks: [],
        at: id === thread ? at : { source: 0, line: 0, endLine: 0 },
      })),
    };
  });
}

function run(model: Run['model'], verdict: Verdict, text: string): Run {
  return {
    model,
    modelTitle: model,
    verdict,
    headline: `${model} headline`,
    steps: steps(text),
    arrows: [],
    schedule: '',
  };
}

/** Free-threaded `1a 1a 2b 2b 1c 2d`, the same with a fix (four steps), and with the GIL (two steps, no fix). */
export function playback(id = 'sample'): Playback {
  const lines = Array.from({ length: 8 }, (_, line) => `line ${line}`);
  return {
    version: 1,
    id,
    title: 'Sample',
    text: 'What to see.',
    sources: [{ name: 'sample.c', uri: 'file:///w/sample.c', firstLine: 40, lines }],
    threads: [
      { id: 1, name: 'T1', runs: 'f()' },
      { id: 2, name: 'T2', runs: 'g()' },
    ],
    runs: [run('free-threaded', FAIL, '1a 1a 2b 2b 1c 2d'), run('gil', PASS, '1a 2b')],
    fixed: {
      title: 'a lock',
      sources: [{ name: 'sample.c, fixed', firstLine: 40, lines }],
      runs: [run('free-threaded', PASS, '1a 1b 2c 2d')],
    },
    assumptions: [],
    omitted: [],
    rules: ['a-rule'],
  };
}

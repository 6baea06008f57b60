import { expect, test } from 'vitest';
import { playbackText } from '../../server/src/simulator/text.ts';
import { newlyBlocked, switchText, verdictText } from '../../server/src/simulator/words.ts';
import { playback, steps } from '../webview/samples.ts';

test('a run as numbered lines', () => {
  expect(playbackText(playback(), { model: 'free-threaded', fixed: false })).toBe(`Sample

What to see.

free-threaded headline
Model: free-threaded
Verdict: 7 distinct interleavings explored; 4 fail (complete). With the fix: 3 explored, 0 fail (complete).

Threads
  T1 runs f()
  T2 runs g()

Steps
  1. T1  operation a: does 1  [sample.c:41]
         x: 0 → 1
  2. T1  does 2  [sample.c:42]
         x: 1 → 2
   -- switch from T1 to T2 --
  3. T2  operation b: does 3  [sample.c:43]
         x: 2 → 3
  4. T2  does 4  [sample.c:44]
         x: 3 → 4
   -- switch from T2 to T1 --
  5. T1  operation c: does 5  [sample.c:45]
         x: 4 → 5
   -- switch from T1 to T2 --
  6. T2  operation d: does 6  [sample.c:46]
         x: 5 → 6
`);
});

test('with the fix, the verdict is of the fixed program alone', () => {
  const text = playbackText(playback(), { model: 'free-threaded', fixed: true });
  expect(text).toContain(
    'Model: free-threaded, with the fix (a lock)\nVerdict: 3 distinct interleavings explored; 0 fail (complete).\n',
  );
  expect(text).toContain('[sample.c, fixed:41]');
});

test('a cap is never called complete', () => {
  const capped = { coverage: 'capped', explored: 5000, failing: 0, kinds: {}, cap: '5,000 executions' } as const;
  expect(verdictText(capped)).toBe('5,000 distinct interleavings explored; 0 fail (not complete: 5,000 executions).');
  expect(verdictText({ ...capped, explored: 1, coverage: 'cancelled' })).toBe(
    '1 distinct interleaving explored; 0 fail (not complete: cancelled).',
  );
});

test('a switch says why the other thread stopped', () => {
  const [first, second] = steps('1a 2b');
  const sentence = (preempts: boolean, status: 'ready' | 'blocked' | 'done') =>
    first &&
    second &&
    switchText(
      playback(),
      [
        { ...first, threads: first.threads.map(thread => ({ ...thread, status })) },
        { ...second, preempts },
      ],
      1,
    );
  expect(sentence(true, 'ready')).toBe('T2 preempts T1, which could have gone on');
  expect(sentence(false, 'blocked')).toBe('T1 is blocked, T2 runs');
  expect(sentence(false, 'done')).toBe('T1 is done, T2 runs');
});

test('blocking is told once, with its reason', () => {
  const list = steps('1a 1b 1c').map((step, index) => ({
    ...step,
    threads: step.threads.map(thread =>
      thread.thread === 2 && index > 0
        ? { ...thread, status: 'blocked' as const, blockedBy: 'waits for a, held by T1' }
        : thread,
    ),
  }));
  expect([0, 1, 2].map(index => newlyBlocked(list, index))).toEqual([
    [],
    [{ thread: 2, reason: 'waits for a, held by T1' }],
    [],
  ]);
});

test('a playback without runs is its title and text', () => {
  expect(playbackText({ ...playback(), runs: [] }, { model: 'gil', fixed: false })).toBe('Sample\n\nWhat to see.');
});

import { expect, test } from 'vitest';
import type { HostToView } from '../../client/webview/messages.ts';
import { type Action, initialState, NO_ABILITIES, reduce, runOf, type ViewState } from '../../client/webview/state.ts';
import { playback } from './samples.ts';

const show = (id?: string): HostToView => ({ type: 'show', playback: playback(id), abilities: NO_ABILITIES });
const shown = (id?: string): ViewState => reduce(initialState, { type: 'host', message: show(id) });
const after = (state: ViewState, ...actions: readonly Action[]): ViewState => actions.reduce(reduce, state);
const on: Action = { type: 'move', by: 'row', direction: 1 };
const back: Action = { type: 'move', by: 'row', direction: -1 };

test('a playback opens on its first operation', () => {
  expect(shown()).toMatchObject({ model: 'free-threaded', fixed: false, step: 1 });
});

test('stepping goes from operation to operation, and stops at both ends', () => {
  const state = shown();
  const walk = [on, on, on, on, back, back, back, back].map(
    (_, index, all) => after(state, ...all.slice(0, index + 1)).step,
  );
  expect(walk).toEqual([3, 4, 5, 5, 4, 3, 1, 1]);
});

test('expanded, stepping goes through every micro-step', () => {
  const state = after(shown(), { type: 'step', step: 0 }, { type: 'toggleExpanded' });
  expect([on, on, on].map((_, index, all) => after(state, ...all.slice(0, index + 1)).step)).toEqual([1, 2, 3]);
});

test('one group can be opened by itself, and folded again', () => {
  const opened = after(shown(), { type: 'toggleGroup', group: 1 });
  expect(after(opened, on).step).toBe(2);
  expect(after(opened, { type: 'toggleGroup', group: 1 }, on).step).toBe(3);
});

test('switches of threads', () => {
  const next: Action = { type: 'move', by: 'switch', direction: 1 };
  const previous: Action = { type: 'move', by: 'switch', direction: -1 };
  const state = shown();
  expect([next, next, next, next].map((_, index, all) => after(state, ...all.slice(0, index + 1)).step)).toEqual([
    3, 4, 5, 5,
  ]);
  expect(after(state, next, next, previous).step).toBe(3);
  expect(after(state, previous).step).toBe(1);
});

test('first and last step', () => {
  const last = after(shown(), { type: 'move', by: 'end', direction: 1 });
  expect(last.step).toBe(5);
  expect(after(last, { type: 'move', by: 'end', direction: -1 }).step).toBe(1);
});

test('a focused lane keeps up and down within it', () => {
  const focused = after(shown(), { type: 'lane', thread: 2 });
  expect(focused).toMatchObject({ lane: 2, step: 3 });
  expect(after(focused, { type: 'move', by: 'lane', direction: 1 }).step).toBe(5);
  expect(after(focused, { type: 'lane', thread: 2 }).lane).toBeNull();
  expect(after(focused, { type: 'lane', thread: 9 })).toMatchObject({ lane: 2, step: 3 });
});

test('a line goes to its next step, around the end, and leaves the rest alone', () => {
  const state = shown();
  expect(after(state, { type: 'line', source: 0, line: 4 }).step).toBe(4);
  expect(after(state, { type: 'step', step: 5 }, { type: 'line', source: 0, line: 2 }).step).toBe(3);
  expect(after(state, { type: 'line', source: 0, line: 7 })).toEqual(state);
});

test('the cursor in the user’s file goes to the step of its line', () => {
  const select = (line: number, uri = 'file:///w/sample.c'): Action => ({
    type: 'host',
    message: { type: 'selectLine', uri, line },
  });
  expect(after(shown(), select(44)).step).toBe(4);
  expect(after(shown(), select(44, 'file:///w/other.c')).step).toBe(1);
  const fixed = after(shown(), { type: 'toggleFix' });
  expect(after(fixed, select(42)).step).toBe(fixed.step);
});

test('model and fix choose the run and keep the position where it exists', () => {
  const late = after(shown(), { type: 'step', step: 4 });
  const gil = after(late, { type: 'choose', model: 'gil', fixed: false });
  expect([runOf(gil)?.headline, gil.step]).toEqual(['gil headline', 1]);
  const fixed = after(late, { type: 'toggleFix' });
  expect([fixed.fixed, runOf(fixed)?.steps.length, fixed.step]).toEqual([true, 4, 3]);
  expect(after(fixed, { type: 'toggleFix' }).fixed).toBe(false);
});

test('without a fix the toggle does nothing', () => {
  const { fixed: _, ...unfixed } = playback();
  const state = reduce(initialState, { type: 'host', message: { ...show(), playback: unfixed } as HostToView });
  expect(after(state, { type: 'toggleFix' })).toBe(state);
});

test('playing goes on by ticks, ends by itself, and any other move stops it', () => {
  const playing = after(shown(), { type: 'togglePlay' });
  expect(playing.playing).toBe(true);
  const ended = after(playing, { type: 'tick' }, { type: 'tick' }, { type: 'tick' });
  expect(ended).toMatchObject({ step: 5, playing: false });
  expect(after(ended, { type: 'togglePlay' })).toMatchObject({ step: 1, playing: true });
  expect(after(playing, on).playing).toBe(false);
  expect(after(shown(), { type: 'tick' }).step).toBe(1);
});

test('the same playback again keeps the position, another one starts over', () => {
  const moved = after(shown(), { type: 'step', step: 4 }, { type: 'toggleExpanded' });
  expect(after(moved, { type: 'host', message: show() })).toMatchObject({ step: 4, expanded: true });
  expect(after(moved, { type: 'host', message: show('other') })).toMatchObject({ step: 1, expanded: false });
});

test('nothing to show: every action is harmless', () => {
  const actions: readonly Action[] = [
    on,
    { type: 'step', step: 3 },
    { type: 'lane', thread: 1 },
    { type: 'togglePlay' },
    { type: 'tick' },
    { type: 'toggleFix' },
    { type: 'line', source: 0, line: 0 },
    { type: 'host', message: { type: 'selectStep', step: 2 } },
  ];
  expect(actions.reduce(reduce, initialState)).toMatchObject({ playback: null, step: 0 });
});

test('the place of an assumption is shown in the program as written, until the reader goes on', () => {
  const fixed = after(shown(), { type: 'toggleFix' });
  const placed = after(fixed, { type: 'place', source: 0, line: 7 });
  expect(placed).toMatchObject({ fixed: false, spot: { source: 0, line: 7 } });
  expect(after(placed, on).spot).toBeNull();
});

test('a sentence that something was done goes with the next action, one that it failed stays', () => {
  const told = (kind: 'done' | 'failed') =>
    after(shown(), { type: 'host', message: { type: 'notice', text: 'Copied.', kind } }, on).notice;
  expect(told('done')).toBeNull();
  expect(told('failed')?.text).toBe('Copied.');
});

test('a text that changed is said until it reads as before, or the race is run again', () => {
  const host = (message: HostToView): Action => ({ type: 'host', message });
  const changed = after(shown(), host({ type: 'stale', stale: true }));
  expect(changed.stale).toBe(true);
  expect(after(changed, on).stale).toBe(true);
  expect(after(changed, host({ type: 'stale', stale: false })).stale).toBe(false);
  expect(after(changed, host(show())).stale).toBe(false);
});

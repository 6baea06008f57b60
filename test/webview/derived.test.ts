import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrowPath } from '../../client/webview/arrows.ts';
import { shownStep } from '../../client/webview/changes.ts';
import { effectOf } from '../../client/webview/commands.ts';
import { cursorsOf } from '../../client/webview/cursors.ts';
import { textOf } from '../../client/webview/dom.ts';
import { highlight, languageOf } from '../../client/webview/highlight.ts';
import { keyAction } from '../../client/webview/keys.ts';
import { app } from '../../client/webview/render/app.ts';
import { isSaved, restore, save } from '../../client/webview/saved.ts';
import { initialState, NO_ABILITIES, reduce, type ViewState } from '../../client/webview/state.ts';
import { playback } from './samples.ts';

const shown: ViewState = reduce(initialState, {
  type: 'host',
  message: { type: 'show', playback: playback(), abilities: NO_ABILITIES },
});

test('a folded operation shows the changes of all its micro-steps', () => {
  const x = shownStep({ ...shown, step: 3 })?.globals[0];
  expect(x).toEqual({ name: 'x', value: '4', was: '2', changed: true, writtenBy: 3 });
  expect(shownStep({ ...shown, step: 3, expanded: true })?.globals[0]).toMatchObject({ was: '3' });
  expect(shownStep({ ...shown, step: 2 })).toMatchObject({ first: 2, last: 2 });
});

test('threads stand in the user’s file, at its own line numbers', () => {
  expect(cursorsOf({ ...shown, step: 4 })).toEqual([
    { name: 'T1', lane: 1, range: { uri: 'file:///w/sample.c', line: 44, endLine: 44 }, current: true, failing: false },
    {
      name: 'T2',
      lane: 2,
      range: { uri: 'file:///w/sample.c', line: 40, endLine: 40 },
      current: false,
      failing: false,
    },
  ]);
});

test('the fixed text is nowhere on disk, so nothing stands in the user’s file', () => {
  expect(cursorsOf({ ...shown, fixed: true })).toEqual([]);
});

test('a reload brings back the same view', () => {
  const state = { ...shown, step: 4, expanded: true, why: false, lane: 2 };
  const saved: unknown = JSON.parse(JSON.stringify(save(state)));
  expect(restore(saved)).toEqual(state);
  expect(save(initialState)).toBeUndefined();
});

test('what is not a saved state is not shown', () => {
  for (const value of [
    undefined,
    null,
    1,
    'x',
    {},
    { version: 2 },
    { version: 1, position: {}, playback: { version: 9 } },
  ]) {
    expect(isSaved(value)).toBe(false);
    expect(restore(value)).toBe(initialState);
  }
  const beyond = { ...save(shown), position: { ...save(shown)?.position, step: 999 } };
  expect(restore(beyond).step).toBe(5);
});

test('keys', () => {
  const key = (text: string, shift = false, modified = false) => keyAction({ key: text, shift, modified }, shown);
  expect(key('ArrowRight')).toEqual({ type: 'move', by: 'row', direction: 1 });
  expect(key('ArrowLeft', true)).toEqual({ type: 'move', by: 'switch', direction: -1 });
  expect(key('End')).toEqual({ type: 'move', by: 'end', direction: 1 });
  expect(key('2')).toEqual({ type: 'lane', thread: 2 });
  expect(key('3')).toBeNull();
  expect(['e', 'w', 's', 'f', 'c'].map(text => key(text))).toMatchObject([
    { type: 'toggleExpanded' },
    { type: 'toggleWhy' },
    { type: 'togglePlay' },
    { type: 'toggleFix' },
    'copy',
  ]);
  expect(key('c', false, true)).toBeNull();
  expect(key('q')).toBeNull();
});

test('commands of controls', () => {
  expect(effectOf('step:3', shown).action).toEqual({ type: 'step', step: 3 });
  expect(effectOf('choose:gil:fixed', shown).action).toEqual({ type: 'choose', model: 'gil', fixed: true });
  expect(effectOf('rule:a-rule', shown).message).toEqual({ type: 'openRule', rule: 'a-rule' });
  expect(effectOf('apply', shown).message).toEqual({ type: 'applyFix', id: 'sample' });
  expect(effectOf('copy', shown).message).toMatchObject({ type: 'copy', text: expect.stringContaining('1. T1') });
  expect(effectOf('place:0:2', shown)).toEqual({
    action: { type: 'place', source: 0, line: 2 },
    message: { type: 'reveal', range: { uri: 'file:///w/sample.c', line: 42, endLine: 42 } },
  });
  expect(effectOf('nonsense', shown)).toEqual({});
});

test('colouring a line neither changes nor loses text', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(40), fc.nat(40), fc.boolean(), (text, a, b, python) => {
      const nodes = highlight(text, python ? 'python' : 'c', Math.min(a, b), Math.max(a, b));
      expect(nodes.map(textOf).join('')).toBe(text);
    }),
  );
});

test('the marked columns are those of the step', () => {
  const marked = highlight('int x = f(1); /* why */', 'c', 4, 12)
    .filter(node => typeof node !== 'string' && String(node.attributes['class']).includes('about'))
    .map(textOf);
  expect(marked.join('')).toBe('x = f(1)');
  expect(languageOf('Thread 2 (Python)')).toBe('python');
  expect(languageOf('module.c')).toBe('c');
});

test('arrows run across the gap, or around the left of one column', () => {
  const box = (left: number, top: number) => ({ left, right: left + 100, top, bottom: top + 20 });
  expect(arrowPath(box(0, 0), box(130, 40), 0)).toBe('M100 10C115 10 115 50 130 50');
  expect(arrowPath(box(130, 0), box(0, 40), 0)).toBe('M130 10C115 10 115 50 100 50');
  expect(arrowPath(box(20, 0), box(20, 40), 0)).toBe('M20 10C8 10 8 50 20 50');
});

test('whatever the reader does, and however little there is to show, the page renders', () => {
  const whole = playback();
  const [first] = whole.runs;
  const poor = [
    whole,
    { ...whole, runs: [] },
    { ...whole, sources: [], threads: [] },
    { ...whole, runs: first ? [{ ...first, steps: [] }] : [] },
  ];
  const action = fc.oneof(
    fc.record({ type: fc.constant('step' as const), step: fc.integer({ min: -2, max: 9 }) }),
    fc.record({
      type: fc.constant('move' as const),
      by: fc.constantFrom('row' as const, 'switch' as const, 'end' as const, 'lane' as const),
      direction: fc.constantFrom(1 as const, -1 as const),
    }),
    fc.record({ type: fc.constant('lane' as const), thread: fc.nat(3) }),
    fc.record({ type: fc.constantFrom('line' as const, 'place' as const), source: fc.nat(1), line: fc.nat(9) }),
    fc.record({ type: fc.constant('toggleGroup' as const), group: fc.nat(4) }),
    fc.record({
      type: fc.constant('choose' as const),
      model: fc.constantFrom('gil' as const, 'free-threaded' as const, 'atomic-counts' as const),
      fixed: fc.boolean(),
    }),
    fc.record({
      type: fc.constantFrom(
        'toggleFix' as const,
        'toggleExpanded' as const,
        'toggleWhy' as const,
        'togglePlay' as const,
        'tick' as const,
        'toggleOnlyChanges' as const,
      ),
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...poor), fc.array(action, { maxLength: 12 }), (one, actions) => {
      const start = reduce(initialState, {
        type: 'host',
        message: { type: 'show', playback: one, abilities: NO_ABILITIES },
      });
      const end = actions.reduce(reduce, start);
      const text = app(end, false).map(textOf).join('');
      expect(text).toContain('Sample');
      expect(end.step).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('what the GIL had to do with it is said of the reader’s own code, and a fix that fails is told to be none', () => {
  const told = (changes: Partial<ReturnType<typeof playback>>, about: unknown, reason?: string): string => {
    const message = { type: 'show' as const, playback: { ...playback(), ...changes }, abilities: NO_ABILITIES, about };
    const state = reduce(initialState, { type: 'host', message: reason ? { ...message, reason } : message });
    return app(state, false).map(textOf).join('');
  };
  const { runs, fixed } = playback();
  const [free, gil] = runs;
  if (!free || !gil || !fixed) throw new Error('The sample has both models and a fix.');
  const why = 'With the GIL 0 of 3 fail: this is why it worked until now.';
  expect(told({}, {})).toContain(why);
  expect(told({}, undefined)).not.toContain(why);
  expect(told({ runs: [free, { ...gil, verdict: free.verdict }] }, {})).toContain('It fails with the GIL too: 4 of 7.');
  expect(told({}, {})).not.toContain('does not hold');
  expect(told({ fixed: { ...fixed, runs: [free] } }, {})).toContain('It does not hold: an order is left that fails.');
  expect(told({}, {}, 'Nothing failed in 18 executions.')).toContain(
    'Not demonstrated. Nothing failed in 18 executions.',
  );
});

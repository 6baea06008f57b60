/**
 * The state of the race view and the only way to change it: a pure reducer, tested without a DOM. Everything else on
 * screen is derived from this (rows.ts, cursors.ts, render/).
 */
import type { ModelName, Playback, Run, SourceText } from '../../server/src/simulator/playback.ts';
import { chooseRun, chooseSources } from '../../server/src/simulator/words.ts';
import type { Abilities, HostToView } from './messages.ts';
import { type Row, rowAt, rowsOf, stepsOnLine, switchFrom } from './rows.ts';

export interface ViewState {
  readonly playback: Playback | null;
  readonly abilities: Abilities;
  /** The host's, kept over a reload. */
  readonly about: unknown;
  /** Why no run fails; null when one does. */
  readonly reason: string | null;
  /** The user's text has changed since this was run. */
  readonly stale: boolean;
  readonly model: ModelName;
  readonly fixed: boolean;
  /** Index into the steps of the chosen run. */
  readonly step: number;
  /** Thread id of the focused lane: up and down stay within it. */
  readonly lane: number | null;
  readonly expanded: boolean;
  readonly toggled: readonly number[];
  readonly why: boolean;
  readonly playing: boolean;
  /** Objects and variables that this step left alone are hidden. */
  readonly onlyChanges: boolean;
  /** A line that the reader asked to see, in the listing as written. */
  readonly spot: { readonly source: number; readonly line: number } | null;
  readonly notice: { readonly text: string; readonly kind: 'busy' | 'done' | 'failed' } | null;
}

export type Action =
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'move'; readonly by: 'row' | 'switch' | 'end' | 'lane'; readonly direction: 1 | -1 }
  | { readonly type: 'lane'; readonly thread: number }
  | { readonly type: 'choose'; readonly model: ModelName; readonly fixed: boolean }
  | { readonly type: 'toggleFix' }
  | { readonly type: 'toggleExpanded' }
  | { readonly type: 'toggleGroup'; readonly group: number }
  | { readonly type: 'toggleWhy' }
  | { readonly type: 'toggleOnlyChanges' }
  | { readonly type: 'togglePlay' }
  /** Time passed while playing. */
  | { readonly type: 'tick' }
  | { readonly type: 'line'; readonly source: number; readonly line: number }
  /** A line that an assumption speaks of: shown in the listing as written, with its step when it has one. */
  | { readonly type: 'place'; readonly source: number; readonly line: number }
  | { readonly type: 'host'; readonly message: HostToView };

export const NO_ABILITIES: Abilities = { exportReproducer: false, models: [] };

export const initialState: ViewState = {
  playback: null,
  abilities: NO_ABILITIES,
  about: undefined,
  reason: null,
  stale: false,
  model: 'free-threaded',
  fixed: false,
  step: 0,
  lane: null,
  expanded: false,
  toggled: [],
  why: true,
  playing: false,
  onlyChanges: false,
  spot: null,
  notice: null,
};

export function runOf(state: ViewState): Run | undefined {
  return state.playback ? chooseRun(state.playback, state) : undefined;
}

export function sourcesOf(state: ViewState): readonly SourceText[] {
  return state.playback ? chooseSources(state.playback, state) : [];
}

export function visibleRows(state: ViewState): readonly Row[] {
  return rowsOf(runOf(state)?.steps ?? [], state);
}

/** Whether a run of the fixed program exists for the chosen model. */
export function hasFix(state: ViewState): boolean {
  return (state.playback?.fixed?.runs.length ?? 0) > 0;
}

function atStep(state: ViewState, step: number): ViewState {
  const last = Math.max(0, (runOf(state)?.steps.length ?? 0) - 1);
  return { ...state, step: Math.min(Math.max(0, step), last) };
}

/** The step shown for a row is its last: the state after the whole operation. */
function atRow(state: ViewState, row: Row | undefined): ViewState {
  return row ? atStep(state, row.last) : state;
}

function move(state: ViewState, by: 'row' | 'switch' | 'end' | 'lane', direction: 1 | -1): ViewState {
  const rows = visibleRows(state);
  const steps = runOf(state)?.steps ?? [];
  const here = rowAt(rows, state.step);
  switch (by) {
    case 'row':
      return atRow(state, rows[here + direction]);
    case 'end':
      return atRow(state, direction === 1 ? rows.at(-1) : rows[0]);
    case 'switch':
      return atRow(state, rows[rowAt(rows, switchFrom(steps, rows[here]?.first ?? 0, direction))]);
    case 'lane': {
      const allowed = (row: Row): boolean => state.lane === null || row.thread === state.lane;
      return atRow(state, direction === 1 ? rows.slice(here + 1).find(allowed) : rows.slice(0, here).findLast(allowed));
    }
  }
}

/** Focus a lane: its row at or before the current step, else its first. The same lane again gives up the focus. */
function focusLane(state: ViewState, thread: number): ViewState {
  if (!state.playback?.threads.some(one => one.id === thread)) return state;
  if (state.lane === thread) return { ...state, lane: null };
  const own = visibleRows(state).filter(row => row.thread === thread);
  return atRow({ ...state, lane: thread }, own.findLast(row => row.first <= state.step) ?? own[0]);
}

/** The next step on a line after the current one, around the end. Folded operations stay folded. */
function gotoLine(state: ViewState, source: number, line: number): ViewState {
  const steps = stepsOnLine(runOf(state)?.steps ?? [], source, line);
  const rows = visibleRows(state);
  const current = rows[rowAt(rows, state.step)];
  const next = steps.find(step => step > (current?.last ?? state.step)) ?? steps[0];
  return next === undefined ? state : atRow(state, rows[rowAt(rows, next)]);
}

function choose(state: ViewState, model: ModelName, fixed: boolean): ViewState {
  const sameRun = model === state.model && fixed === state.fixed;
  return sameRun ? state : atStep({ ...state, model, fixed, toggled: [], playing: false }, state.step);
}

function fromHost(state: ViewState, message: HostToView): ViewState {
  switch (message.type) {
    case 'show': {
      const { playback, abilities, about, reason = null, stale = false } = message;
      const same = state.playback?.id === playback.id;
      const keep = same ? state : { ...initialState, why: state.why, model: playback.runs[0]?.model ?? state.model };
      const shown = { ...keep, playback, abilities, about, reason, stale, notice: null, playing: false };
      if (same) return atStep({ ...shown, fixed: shown.fixed && hasFix(shown) }, shown.step);
      return atRow(shown, visibleRows(shown)[0]);
    }
    case 'selectStep':
      return atStep({ ...state, playing: false }, message.step);
    case 'selectLine': {
      // Lines of the fixed text are not lines of the user's file.
      const sources = state.fixed ? [] : sourcesOf(state);
      const source = sources.findIndex(one => one.uri === message.uri);
      const text = sources[source];
      return text ? gotoLine({ ...state, playing: false }, source, message.line - text.firstLine) : state;
    }
    case 'focus':
      return state;
    case 'stale':
      return { ...state, stale: message.stale };
    case 'notice':
      return { ...state, notice: { text: message.text, kind: message.kind } };
  }
}

export function reduce(before: ViewState, action: Action): ViewState {
  // "Copied." has been read when the reader goes on.
  const read = action.type !== 'host' && before.notice?.kind === 'done';
  const state = read || before.spot ? { ...before, spot: null, notice: read ? null : before.notice } : before;
  switch (action.type) {
    case 'step':
      return atStep({ ...state, playing: false }, action.step);
    case 'move':
      return move({ ...state, playing: false }, action.by, action.direction);
    case 'lane':
      return focusLane({ ...state, playing: false }, action.thread);
    case 'choose':
      return choose(state, action.model, action.fixed);
    case 'toggleFix':
      return hasFix(state) ? choose(state, state.model, !state.fixed) : state;
    case 'toggleExpanded':
      return { ...state, expanded: !state.expanded, toggled: [] };
    case 'toggleGroup':
      return {
        ...state,
        toggled: state.toggled.includes(action.group)
          ? state.toggled.filter(group => group !== action.group)
          : [...state.toggled, action.group],
      };
    case 'toggleWhy':
      return { ...state, why: !state.why };
    case 'toggleOnlyChanges':
      return { ...state, onlyChanges: !state.onlyChanges };
    case 'togglePlay': {
      if (state.playing) return { ...state, playing: false };
      const last = (runOf(state)?.steps.length ?? 0) - 1;
      return state.step >= last ? { ...move(state, 'end', -1), playing: last > 0 } : { ...state, playing: true };
    }
    case 'tick': {
      if (!state.playing) return state;
      const next = move(state, 'row', 1);
      return { ...next, playing: next.step < (runOf(next)?.steps.length ?? 0) - 1 };
    }
    case 'line':
      return gotoLine({ ...state, playing: false }, action.source, action.line);
    case 'place': {
      const { source, line } = action;
      const written = choose({ ...state, playing: false }, state.model, false);
      return { ...gotoLine(written, source, line), spot: { source, line } };
    }
    case 'host':
      return fromHost(state, action.message);
  }
}

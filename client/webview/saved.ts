/**
 * What the view keeps over a reload (`setState`) and how it is read back. The playback itself is kept: a restored view
 * must show at once what was there, whether or not the server has started yet.
 */
import type { Playback } from '../../server/src/simulator/playback.ts';
import { initialState, NO_ABILITIES, reduce, type ViewState } from './state.ts';

export interface SavedState {
  readonly version: 1;
  readonly playback: Playback;
  /** The host's: how it finds the race again. */
  readonly about?: unknown;
  readonly reason?: string | null;
  readonly position: Pick<
    ViewState,
    'model' | 'fixed' | 'step' | 'lane' | 'expanded' | 'toggled' | 'why' | 'onlyChanges'
  >;
}

export function save(state: ViewState): SavedState | undefined {
  if (!state.playback) return undefined;
  const { model, fixed, step, lane, expanded, toggled, why, onlyChanges } = state;
  return {
    version: 1,
    playback: state.playback,
    about: state.about,
    reason: state.reason,
    position: { model, fixed, step, lane, expanded, toggled, why, onlyChanges },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Narrow enough to never render a stranger's or an older version's data; the host checks nothing more either. */
export function isSaved(value: unknown): value is SavedState {
  if (!isRecord(value) || value['version'] !== 1 || !isRecord(value['position'])) return false;
  const playback = value['playback'];
  return isRecord(playback) && playback['version'] === 1 && Array.isArray(playback['runs']);
}

export function restore(value: unknown): ViewState {
  if (!isSaved(value)) return initialState;
  const state = {
    ...initialState,
    ...value.position,
    playback: value.playback,
    about: value.about,
    abilities: NO_ABILITIES,
  };
  return reduce(state, { type: 'step', step: state.step });
}

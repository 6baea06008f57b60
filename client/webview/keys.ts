/** Keyboard of the view: one table, shown to the reader as it is used. */
import type { Action, ViewState } from './state.ts';

export interface KeyPress {
  readonly key: string;
  readonly shift: boolean;
  /** With Ctrl, Alt or Meta the key belongs to the workbench. */
  readonly modified: boolean;
}

/** The keys as the help lists them. */
export const KEY_HELP: readonly (readonly [keys: string, does: string])[] = [
  ['← →', 'one step back, one step on'],
  ['Shift ← →', 'previous, next switch of threads'],
  ['Home End', 'first, last step'],
  ['↑ ↓', 'in the steps: up, down (within the focused thread)'],
  ['1 2 3', 'focus a thread; again: all threads'],
  ['E', 'show or fold micro-steps'],
  ['W', 'why it fails'],
  ['S', 'play, pause'],
  ['F', 'with the fix, without it'],
  ['C', 'copy as text'],
];

/** The action of a key anywhere in the view; null for keys that it leaves alone. */
export function keyAction(press: KeyPress, state: ViewState): Action | 'copy' | null {
  if (press.modified) return null;
  const by = press.shift ? 'switch' : 'row';
  switch (press.key) {
    case 'ArrowRight':
      return { type: 'move', by, direction: 1 };
    case 'ArrowLeft':
      return { type: 'move', by, direction: -1 };
    case 'Home':
      return { type: 'move', by: 'end', direction: -1 };
    case 'End':
      return { type: 'move', by: 'end', direction: 1 };
  }
  if (press.shift) return null;
  const thread = state.playback?.threads[Number(press.key) - 1];
  if (thread) return { type: 'lane', thread: thread.id };
  switch (press.key.toLowerCase()) {
    case 'e':
      return { type: 'toggleExpanded' };
    case 'w':
      return { type: 'toggleWhy' };
    case 's':
      return { type: 'togglePlay' };
    case 'f':
      return { type: 'toggleFix' };
    case 'c':
      return 'copy';
    default:
      return null;
  }
}

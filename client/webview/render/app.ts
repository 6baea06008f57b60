/** The page: what stands where. */
import { h, type VNode } from '../dom.ts';
import { rowAt } from '../rows.ts';
import { type ViewState, visibleRows } from '../state.ts';
import { rowLabel } from './card.ts';
import { costs } from './costs.ts';
import { headline, intro } from './headline.ts';
import { lanes } from './lanes.ts';
import { notes } from './notes.ts';
import { statePanel } from './objects.ts';
import { player } from './player.ts';
import { source } from './source.ts';
import { verdict } from './verdict.ts';
import { order, why } from './why.ts';

/** `quiet`: the focus is in the steps, where the reader hears the step itself. */
export function app(state: ViewState, quiet: boolean): VNode[] {
  if (!state.playback) {
    return [
      h(
        'main',
        { class: 'waiting' },
        h('p', { role: 'status' }, state.notice?.text ?? 'Exploring the interleavings …'),
      ),
    ];
  }
  const rows = visibleRows(state);
  const row = rows[rowAt(rows, state.step)];
  return [
    h(
      'main',
      { class: 'page', 'data-threads': state.playback.threads.length },
      h('div', { class: 'top' }, headline(state), intro(state), verdict(state), why(state)),
      // A box of their own: what sticks beside the lanes must not slide over what comes below them.
      h(
        'div',
        { class: 'middle' },
        h('div', { class: 'left' }, lanes(state), order(state)),
        h('div', { class: 'right' }, statePanel(state), source(state)),
      ),
      h('div', { class: 'bottom' }, notes(state), costs(state)),
      h('p', { class: 'sr', 'aria-live': 'polite' }, quiet || !row ? '' : rowLabel(state, row)),
    ),
    player(state) || '',
  ].filter((node): node is VNode => typeof node !== 'string');
}

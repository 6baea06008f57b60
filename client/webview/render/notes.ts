/** What the verdict rests on: assumptions, what was left out, and the schedule to run it again. */
import type { Assumption } from '../../../server/src/simulator/playback.ts';
import { h, type VNode } from '../dom.ts';
import { runOf, type ViewState } from '../state.ts';
import { button, placeLink } from './parts.ts';

function list(state: ViewState, title: string, items: readonly Assumption[]): VNode | false {
  if (items.length === 0) return false;
  return h(
    'div',
    {},
    h('h3', {}, title),
    h(
      'ul',
      {},
      items.map(item => h('li', {}, item.text, item.at && ' ', placeLink(state, item.at))),
    ),
  );
}

export function notes(state: ViewState): VNode | false {
  const { playback } = state;
  const run = runOf(state);
  if (!playback || !run) return false;
  return h(
    'section',
    { class: 'notes', 'aria-labelledby': 'notes-title' },
    h('h2', { id: 'notes-title' }, 'What this rests on'),
    list(state, 'Assumptions', playback.assumptions),
    list(state, 'Not part of the model', playback.omitted),
    run.schedule &&
      h(
        'div',
        {},
        h('h3', {}, 'Schedule'),
        h(
          'p',
          { class: 'schedule' },
          h('code', {}, run.schedule),
          ' ',
          button('copy-schedule', { class: 'link' }, 'copy'),
        ),
      ),
  );
}

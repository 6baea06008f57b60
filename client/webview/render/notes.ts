/** What the verdict rests on: assumptions (beside it), what was left out, and the schedule to run it again. */
import type { Assumption } from '../../../server/src/simulator/playback.ts';
import { h, type VNode } from '../dom.ts';
import { runOf, type ViewState } from '../state.ts';
import { button, placeLink, prose } from './parts.ts';

function items(state: ViewState, list: readonly Assumption[]): VNode {
  return h(
    'ul',
    {},
    list.map(item => h('li', {}, prose(item.text), item.at && ' ', placeLink(state, item.at))),
  );
}

/** Stands next to the verdict, which is worth no more than these. */
export function assumptions(state: ViewState): VNode | false {
  const list = state.playback?.assumptions ?? [];
  if (list.length === 0) return false;
  const count = list.length === 1 ? 'one assumption' : `${list.length} assumptions`;
  return h('details', { class: 'assumptions' }, h('summary', {}, `Rests on ${count}`), items(state, list));
}

function titled(state: ViewState, title: string, all: readonly Assumption[]): VNode | false {
  if (all.length === 0) return false;
  return h('div', {}, h('h3', {}, title), items(state, all));
}

export function notes(state: ViewState): VNode | false {
  const { playback } = state;
  const run = runOf(state);
  if (!playback || !run || (playback.omitted.length === 0 && !run.schedule)) return false;
  return h(
    'section',
    { class: 'notes', 'aria-labelledby': 'notes-title' },
    h('h2', { id: 'notes-title' }, 'What was run'),
    titled(state, 'Not part of the model', playback.omitted),
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

/**
 * One lane a thread, one row a step, in time order. A listbox: one stop for the Tab key, arrows within. The lines down
 * the lanes show what the other threads are doing meanwhile: ready, blocked (hatched, with the reason), done.
 */
import type { Run, ThreadStateView } from '../../../server/src/simulator/playback.ts';
import { switchBefore, switchText } from '../../../server/src/simulator/words.ts';
import { h, type VNode } from '../dom.ts';
import { type Row, rowAt } from '../rows.ts';
import { runOf, type ViewState, visibleRows } from '../state.ts';
import { card, newlyBlockedIn } from './card.ts';
import { icon } from './icons.ts';
import { badge, laneOf } from './parts.ts';

function lifeline(state: ViewState, run: Run, row: Row, thread: ThreadStateView): VNode {
  const blocked = newlyBlockedIn(run, row).find(one => one.thread === thread.thread);
  return h(
    'div',
    { class: `lane ${thread.status}${thread.attached ? '' : ' detached'} lane-${laneOf(state, thread.thread)}` },
    blocked &&
      h('span', { class: 'blocked-text' }, badge(state, thread.thread, true), icon('lock'), ` ${blocked.reason}`),
  );
}

function divider(state: ViewState, run: Run, row: Row): VNode | false {
  const kind = switchBefore(run.steps, row.first);
  if (!kind || !state.playback) return false;
  return h(
    'div',
    { class: `divider ${kind}`, 'aria-hidden': 'true' },
    h('span', {}, kind === 'preemption' && icon('preempts'), switchText(state.playback, run.steps, row.first) ?? ''),
  );
}

export function lanes(state: ViewState): VNode | false {
  const run = runOf(state);
  const playback = state.playback;
  if (!run || !playback) return false;
  const rows = visibleRows(state);
  return h(
    'section',
    { class: 'lanes', 'aria-label': 'Steps by thread', '--lanes': playback.threads.length },
    h('p', { class: 'hint' }, 'Time runs down. Step with ← →, or choose a step, a value or a line.'),
    h(
      'div',
      { class: 'lane-heads' },
      playback.threads.map((thread, index) =>
        h(
          'button',
          {
            type: 'button',
            class: `lane-head lane-${index + 1}`,
            'data-do': `lane:${thread.id}`,
            'aria-pressed': state.lane === thread.id ? 'true' : 'false',
            title: `Focus ${thread.name} (${index + 1})`,
          },
          badge(state, thread.id),
          h('code', {}, thread.runs),
        ),
      ),
    ),
    h(
      'div',
      {
        class: 'list',
        role: 'listbox',
        id: 'steps',
        'aria-label': `Steps, ${run.modelTitle}${state.fixed ? ', with the fix' : ''}`,
        'data-focused-lane': state.lane ?? undefined,
      },
      h('svg', { class: 'arrows', opaque: true, 'aria-hidden': 'true', 'data-arrows': arrowKey(state) }),
      rows.map((row, index) => [
        divider(state, run, row),
        h(
          'div',
          { class: `row${state.lane !== null && state.lane !== row.thread ? ' aside' : ''}` },
          (run.steps[row.last]?.threads ?? []).map(thread =>
            thread.thread === row.thread
              ? h('div', { class: 'lane own' }, card(state, playback, run, row, index + 1, rows.length))
              : lifeline(state, run, row, thread),
          ),
        ),
      ]),
    ),
  );
}

/** Changes when the arrows must be drawn again. */
function arrowKey(state: ViewState): string {
  return `${state.model} ${state.fixed} ${visibleRows(state).length} ${rowAt(visibleRows(state), state.step)}`;
}

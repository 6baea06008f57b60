/** Scrubber and buttons: a timeline with one cell a step, in the colour of its thread, and the failure marked. */
import { FAILURE_WORDS, threadName } from '../../../server/src/simulator/words.ts';
import { h, type VNode } from '../dom.ts';
import { rowAt } from '../rows.ts';
import { runOf, type ViewState, visibleRows } from '../state.ts';
import { stepNumbers } from './card.ts';
import { type IconName, icon } from './icons.ts';
import { button, laneOf } from './parts.ts';

const control = (command: string, name: IconName, label: string, disabled: boolean): VNode =>
  button(
    command,
    // Not `disabled`: a control that vanishes from under the focus would throw the reader out of the bar.
    { class: 'control', title: label, 'aria-label': label, 'aria-disabled': disabled ? 'true' : undefined },
    icon(name),
  );

/** Always in sight: what is shown is no longer the reader's text. */
function stale(state: ViewState): VNode {
  return h(
    'p',
    { class: 'stale', role: 'status', hidden: !state.stale },
    h('span', {}, 'The text has changed since this was run; the editor no longer follows.'),
    state.abilities.rerun && button('rerun', {}, 'Run again'),
  );
}

export function player(state: ViewState): VNode | false {
  const run = runOf(state);
  const playback = state.playback;
  const step = run?.steps[state.step];
  if (!run || !playback || !step) return false;
  const [atStart, atEnd] = [state.step === 0, state.step === run.steps.length - 1];
  const rows = visibleRows(state);
  const row = rows[rowAt(rows, state.step)];
  const shown = row?.folded && row.last === state.step ? stepNumbers(row) : `${state.step + 1}`;
  const name = threadName(playback, step.thread);
  return h(
    'footer',
    { class: 'player', role: 'group', 'aria-label': 'Player' },
    stale(state),
    h(
      'div',
      { class: 'controls' },
      control('move:end:-1', 'first', 'First step (Home)', atStart),
      control('move:switch:-1', 'switchBack', 'Previous switch of threads (Shift+Left)', atStart),
      control('move:row:-1', 'back', 'One step back (Left)', atStart),
      control('play', state.playing ? 'pause' : 'play', state.playing ? 'Pause (S)' : 'Play (S)', false),
      control('move:row:1', 'on', 'One step on (Right)', atEnd),
      control('move:switch:1', 'switchOn', 'Next switch of threads (Shift+Right)', atEnd),
      control('move:end:1', 'last', 'Last step (End)', atEnd),
    ),
    h(
      'div',
      { class: 'scrubber', '--steps': run.steps.length },
      h(
        'div',
        { class: 'timeline', 'aria-hidden': 'true' },
        run.steps.map((one, index) =>
          h(
            'span',
            {
              class: `tick lane-${laneOf(state, one.thread)}${one.failure ? ' failing' : ''}${index === state.step ? ' here' : ''}${index > state.step ? ' ahead' : ''}`,
              'data-do': `step:${index}`,
              title: `${index + 1}. ${threadName(playback, one.thread)}: ${one.label}`,
            },
            one.failure ? '✗' : '',
          ),
        ),
      ),
      h('input', {
        type: 'range',
        id: 'scrubber',
        min: 0,
        max: run.steps.length - 1,
        step: 1,
        value: state.step,
        'aria-label': 'Step',
        'aria-valuetext': `Step ${state.step + 1} of ${run.steps.length}, ${name}: ${step.label}${step.failure ? `, ${FAILURE_WORDS[step.failure.kind]}` : ''}`,
      }),
    ),
    h('p', { class: 'position' }, h('strong', {}, shown), ` of ${run.steps.length}`),
  );
}

/** Why it fails, and what orders the steps: the arrows of the lanes in words. */
import type { Arrow } from '../../../server/src/simulator/playback.ts';
import { arrowDetail } from '../../../server/src/simulator/words.ts';
import { h, type VNode } from '../dom.ts';
import { runOf, type ViewState } from '../state.ts';
import { button } from './parts.ts';

function end(state: ViewState, step: number, word: 'Step' | 'step'): VNode {
  return button(
    `step:${step}`,
    { class: 'link', 'aria-current': state.step === step ? 'step' : undefined },
    `${word} ${step + 1}`,
  );
}

function orderItem(state: ViewState, arrow: Arrow): VNode {
  const race = arrow.kind === 'race';
  return h(
    'li',
    { class: arrow.kind },
    h('span', { class: 'sample', 'aria-hidden': 'true' }),
    h(
      'span',
      {},
      race ? 'Nothing orders ' : '',
      end(state, arrow.from, race ? 'step' : 'Step'),
      race ? ' and ' : ' comes before ',
      end(state, arrow.to, 'step'),
      '. ',
      h('span', { class: 'detail' }, arrowDetail(arrow)),
    ),
  );
}

export function order(state: ViewState): VNode | false {
  const arrows = runOf(state)?.arrows ?? [];
  if (arrows.length === 0) return false;
  const sorted = [...arrows].sort((a, b) => (a.kind === b.kind ? a.from - b.from : a.kind === 'race' ? -1 : 1));
  return h(
    'section',
    { class: 'order', 'aria-labelledby': 'order-title' },
    h('h2', { id: 'order-title' }, 'What orders the steps'),
    h(
      'ul',
      {},
      sorted.map(arrow => orderItem(state, arrow)),
    ),
  );
}

export function why(state: ViewState): VNode | false {
  const text = runOf(state)?.why;
  if (!text) return false;
  return h(
    'section',
    { class: 'why', 'aria-label': 'Why it fails' },
    button(
      'why',
      { class: 'disclosure', 'aria-expanded': state.why ? 'true' : 'false', 'aria-controls': 'why-text' },
      'Why it fails',
      h('kbd', {}, 'W'),
    ),
    h('p', { id: 'why-text', hidden: !state.why }, stepLinks(state, text)),
  );
}

/** `step 7` in the text becomes a way there. */
function stepLinks(state: ViewState, text: string): (VNode | string)[] {
  const steps = runOf(state)?.steps.length ?? 0;
  return text.split(/(\bstep \d+\b)/i).map(part => {
    const step = /^step (\d+)$/i.exec(part)?.[1];
    return step && Number(step) >= 1 && Number(step) <= steps
      ? button(`step:${Number(step) - 1}`, { class: 'link' }, part)
      : part;
  });
}

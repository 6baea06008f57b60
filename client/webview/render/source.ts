/** The listing: where each thread stands, and a way from a line to its steps. */
import type { SourceText } from '../../../server/src/simulator/playback.ts';
import { placesOf } from '../cursors.ts';
import { h, type VNode } from '../dom.ts';
import { highlight, languageOf } from '../highlight.ts';
import { stepsOnLine } from '../rows.ts';
import { runOf, sourcesOf, type ViewState } from '../state.ts';
import { badge, button } from './parts.ts';

function line(state: ViewState, source: number, text: SourceText, index: number): VNode {
  const steps = runOf(state)?.steps ?? [];
  const here = placesOf(state).filter(
    place => place.at.source === source && place.at.line <= index && index <= place.at.endLine,
  );
  const current = here.find(place => place.current);
  const failing = !!current && !!steps[state.step]?.failure;
  const number = text.firstLine + index + 1;
  const own = stepsOnLine(steps, source, index);
  const code = text.lines[index] ?? '';
  const added = state.fixed && !state.playback?.sources[source]?.lines.includes(code) && code.trim() !== '';
  const at = current?.at.line === current?.at.endLine ? current?.at : undefined;
  const names = here.map(
    place => `${state.playback?.threads.find(one => one.id === place.thread)?.name ?? ''} is here`,
  );
  return h(
    'li',
    {
      class: `line${current ? ' current' : ''}${here.length > 0 ? ' marked' : ''}${failing ? ' failing' : ''}${added ? ' added' : ''}${state.spot?.source === source && state.spot.line === index ? ' spot' : ''}`,
    },
    h(
      'span',
      { class: 'gutter' },
      here.map(place => badge(state, place.thread, !place.current)),
    ),
    own.length > 0
      ? button(
          `line:${source}:${index}`,
          {
            class: 'line-number',
            tabindex: current || (here.length === 0 && own[0] === 0) ? 0 : -1,
            'aria-label': `Line ${number}: go to step ${own.map(step => step + 1).join(', ')}${names.length > 0 ? `; ${names.join(', ')}` : ''}`,
            title: `Steps ${own.map(step => step + 1).join(', ')}`,
          },
          `${number}`,
        )
      : h('span', { class: 'line-number' }, `${number}`),
    added && h('span', { class: 'plus', title: 'Part of the fix' }, '+'),
    h('code', {}, highlight(code || ' ', languageOf(text.name), at?.column, at?.endColumn)),
  );
}

export function source(state: ViewState): VNode | false {
  const sources = sourcesOf(state);
  if (sources.length === 0) return false;
  return h(
    'section',
    { class: 'source', 'aria-label': 'Source' },
    sources.map((text, index) => [
      h('h2', {}, text.name),
      h(
        'ol',
        { class: 'listing', tabindex: 0, 'aria-label': text.name },
        text.lines.map((_, number) => line(state, index, text, number)),
      ),
    ]),
  );
}

/**
 * What the `data-do` attributes say. One string a control keeps the nodes plain data; this is the only reader of it.
 */
import type { ModelName } from '../../server/src/simulator/playback.ts';
import { playbackText } from '../../server/src/simulator/text.ts';
import { fileRange } from './cursors.ts';
import type { ViewToHost } from './messages.ts';
import { type Action, runOf, type ViewState } from './state.ts';

/** What a control leads to: a change of the view, a message to the host, or both. */
export interface Effect {
  readonly action?: Action;
  readonly message?: ViewToHost;
}

const direction = (text: string | undefined): 1 | -1 => (text === '-1' ? -1 : 1);

function place(state: ViewState, source: number, line: number): Effect {
  const range = fileRange(state, { source, line, endLine: line }, false);
  return {
    action: { type: 'place', source, line },
    ...(range ? { message: { type: 'reveal', range } } : {}),
  };
}

export function effectOf(command: string, state: ViewState): Effect {
  const [name = '', first = '', second = ''] = command.split(':');
  const id = state.playback?.id ?? '';
  switch (name) {
    case 'step':
      return { action: { type: 'step', step: Number(first) } };
    case 'move':
      return first === 'row' || first === 'switch' || first === 'end' || first === 'lane'
        ? { action: { type: 'move', by: first, direction: direction(second) } }
        : {};
    case 'lane':
      return { action: { type: 'lane', thread: Number(first) } };
    case 'choose':
      return { action: { type: 'choose', model: first as ModelName, fixed: second === 'fixed' } };
    case 'group':
      return { action: { type: 'toggleGroup', group: Number(first) } };
    case 'line':
      return { action: { type: 'line', source: Number(first), line: Number(second) } };
    case 'place':
      return place(state, Number(first), Number(second));
    case 'why':
      return { action: { type: 'toggleWhy' } };
    case 'play':
      return { action: { type: 'togglePlay' } };
    case 'only-changes':
      return { action: { type: 'toggleOnlyChanges' } };
    case 'rule':
      return { message: { type: 'openRule', rule: first } };
    case 'apply':
      return { message: { type: 'applyFix', id } };
    case 'export':
      return { message: { type: 'exportReproducer', id } };
    case 'rerun':
      return { message: { type: 'rerun', id } };
    case 'run-model':
      return { message: { type: 'runModel', id, model: first as ModelName } };
    case 'copy':
      return state.playback ? { message: { type: 'copy', text: playbackText(state.playback, state) } } : {};
    case 'copy-schedule':
      return { message: { type: 'copy', text: runOf(state)?.schedule ?? '' } };
    default:
      return {};
  }
}

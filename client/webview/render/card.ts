/** One card of the lanes: what a thread did in a row, and how that ended. */
import type { Playback, PlaybackStep, Run } from '../../../server/src/simulator/playback.ts';
import {
  FAILURE_WORDS,
  groupTitle,
  newlyBlocked,
  sourceSnippet,
  switchText,
  threadName,
} from '../../../server/src/simulator/words.ts';
import { h, type VNode } from '../dom.ts';
import type { Row } from '../rows.ts';
import { runOf, sourcesOf, type ViewState } from '../state.ts';
import { icon } from './icons.ts';
import { badge, laneOf } from './parts.ts';

export const stepNumbers = (row: Row): string =>
  row.first === row.last ? `${row.first + 1}` : `${row.first + 1}–${row.last + 1}`;

/** An operation goes by its own name, one or two micro-steps of it by what they do. */
function title(run: Run, row: Row): string {
  const steps = run.steps.slice(row.first, row.last + 1);
  if (row.folded && (!row.part || steps.length > 2)) return groupTitle(steps[0]?.groupLabel ?? '');
  return steps.map(step => step.label).join('; ');
}

/** Keeps the number of a step beside the word. */
const unbroken = (text: string): string => text.replace(/\b(steps?) (?=\d)/gi, '$1\u00a0');

const sameCode = (one: string, other: string): boolean => groupTitle(one) === groupTitle(other);

/** `6 micro-steps`, or which ones of how many where an operation is cut or shown step by step. */
function microSteps(run: Run, row: Row, named: boolean): string {
  const all = run.steps.filter(step => step.group === run.steps[row.first]?.group);
  const nth = (index: number): number => all.findIndex(step => step.index === index) + 1;
  if (!row.part) return `${all.length} micro-steps`;
  const range = row.first === row.last ? `${nth(row.first)}` : `${nth(row.first)}–${nth(row.last)}`;
  const plural = row.first === row.last ? '' : 's';
  return `micro-step${plural} ${range} of ${all.length}${named ? '' : ` · ${groupTitle(all[0]?.groupLabel ?? '')}`}`;
}

function failureIn(run: Run, row: Row): PlaybackStep['failure'] {
  return run.steps.slice(row.first, row.last + 1).find(step => step.failure)?.failure;
}

/** The row in one sentence, for the live region: everything that position, colour and pattern say. */
export function rowLabel(state: ViewState, row: Row): string {
  const run = runOf(state);
  const { playback } = state;
  if (!playback || !run) return '';
  const failure = failureIn(run, row);
  const switched = switchText(playback, run.steps, row.first);
  const blocked = newlyBlockedIn(run, row).map(one => `${threadName(playback, one.thread)} is blocked: ${one.reason}`);
  return [
    `Step ${stepNumbers(row)} of ${run.steps.length}, ${threadName(playback, row.thread)}: ${title(run, row)}`,
    ...(switched ? [switched] : []),
    ...races(run, row).map(other => `nothing orders this and step ${other + 1}`),
    ...blocked,
    ...(failure ? [`fails, ${FAILURE_WORDS[failure.kind]}: ${failure.text}`] : []),
  ].join('. ');
}

/** Threads that a row leaves blocked and that were not before. */
export function newlyBlockedIn(run: Run, row: Row): readonly { readonly thread: number; readonly reason: string }[] {
  const steps = Array.from({ length: row.last - row.first + 1 }, (_, index) => row.first + index);
  const last = run.steps[row.last]?.threads ?? [];
  return steps
    .flatMap(step => newlyBlocked(run.steps, step))
    .filter(one => last.some(thread => thread.thread === one.thread && thread.status === 'blocked'));
}

/** The other ends of racing pairs with an end in this row. */
function races(run: Run, row: Row): readonly number[] {
  const inside = (step: number): boolean => row.first <= step && step <= row.last;
  return run.arrows
    .filter(arrow => arrow.kind === 'race')
    .flatMap(arrow => (inside(arrow.from) ? [arrow.to] : inside(arrow.to) ? [arrow.from] : []));
}

/** A step, or several micro-steps of one operation, as an option of the list of steps. */
export function card(state: ViewState, playback: Playback, run: Run, row: Row, position: number, total: number): VNode {
  const step = run.steps[row.last];
  const shown = row.first <= state.step && state.step <= row.last;
  const failure = failureIn(run, row);
  const code = step?.at && !row.continues ? sourceSnippet(sourcesOf(state), step.at) : '';
  const blocked = newlyBlockedIn(run, row).find(one => one.thread === row.thread);
  const size = run.steps.filter(one => one.group === row.group).length;
  const text = title(run, row);
  return h(
    'div',
    {
      class: `card lane-${laneOf(state, row.thread)}${row.continues ? ' continues' : ''}${row.first > state.step ? ' ahead' : ''}${failure ? ' failing' : ''}`,
      role: 'option',
      id: `step-${row.last}`,
      'data-first': row.first,
      'data-last': row.last,
      'data-do': `step:${row.last}`,
      'data-group': size > 1 ? row.group : undefined,
      'aria-selected': shown ? 'true' : 'false',
      'aria-posinset': position,
      'aria-setsize': total,
      tabindex: shown ? 0 : -1,
    },
    // What position and the lines between the cards say, for those who don't see them.
    h(
      'span',
      { class: 'sr' },
      [`Step ${stepNumbers(row)}`, threadName(playback, row.thread), switchText(playback, run.steps, row.first)]
        .filter(Boolean)
        .join(', '),
      ': ',
    ),
    h('span', { class: 'number', 'aria-hidden': 'true' }, badge(state, row.thread), stepNumbers(row)),
    h('span', { class: 'what' }, text),
    code && !sameCode(code, text) && h('code', {}, code),
    size > 1 &&
      !row.continues &&
      h(
        'span',
        {
          class: 'fold',
          'data-do': `group:${row.group}`,
          title: 'Show or fold the micro-steps (E: of all, Enter: of this)',
        },
        icon(row.folded ? 'fold' : 'unfold'),
        microSteps(
          run,
          row,
          [code, text].some(one => sameCode(one, step?.groupLabel ?? '')),
        ),
      ),
    blocked && h('span', { class: 'blocked-text' }, icon('lock'), ` ${blocked.reason}`),
    races(run, row).map(other => h('span', { class: 'race' }, unbroken(`nothing orders this and step ${other + 1}`))),
    failure &&
      h(
        'span',
        { class: 'failure' },
        icon('fails'),
        h('span', {}, h('strong', {}, FAILURE_WORDS[failure.kind]), ` ${unbroken(failure.text)}`),
      ),
  );
}

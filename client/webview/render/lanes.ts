/**
 * One lane a thread, one row a step, in time order. A listbox: one stop for the Tab key, arrows within. The lines down
 * the lanes show what the other threads are doing meanwhile: ready, blocked (hatched, with the reason), done.
 */
import type { Playback, PlaybackStep, Run, ThreadStateView } from '../../../server/src/simulator/playback.ts';
import {
  FAILURE_WORDS,
  groupTitle,
  newlyBlocked,
  sourceSnippet,
  switchBefore,
  switchText,
  threadName,
} from '../../../server/src/simulator/text.ts';
import { h, type VNode } from '../dom.ts';
import { type Row, rowAt } from '../rows.ts';
import { runOf, sourcesOf, type ViewState, visibleRows } from '../state.ts';
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

function newlyBlockedIn(run: Run, row: Row): readonly { readonly thread: number; readonly reason: string }[] {
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

function card(state: ViewState, playback: Playback, run: Run, row: Row, position: number, total: number): VNode {
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

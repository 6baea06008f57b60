/**
 * The verdict, and the switch between models and between the code as written and with the fix. One table does it all: each
 * cell says how a program fared under a model, and shows that run when chosen. "It worked until now" is the row of the GIL.
 */
import type { ModelName, Playback, Run, Verdict } from '../../../server/src/simulator/playback.ts';
import { countText, coverageText, FAILURE_WORDS, verdictText } from '../../../server/src/simulator/words.ts';
import { h, type VNode } from '../dom.ts';
import { hasFix, runOf, type ViewState } from '../state.ts';
import { icon } from './icons.ts';
import { assumptions } from './notes.ts';
import { button, prose } from './parts.ts';

/** No failure in an exploration that was cut short proves nothing, so it is not a pass. */
export function outcome(verdict: Verdict): 'fails' | 'passes' | 'unknown' {
  if (verdict.failing > 0) return 'fails';
  return verdict.coverage === 'complete' ? 'passes' : 'unknown';
}

function kindsText(verdict: Verdict): string {
  return Object.entries(verdict.kinds)
    .map(([kind, times]) => `${countText(times)} ${FAILURE_WORDS[kind as keyof typeof FAILURE_WORDS] ?? kind}`)
    .join(', ');
}

function cell(state: ViewState, run: Run | undefined, fixed: boolean): VNode {
  if (!run) return h('span', { class: 'cell none' }, '–');
  const chosen = state.fixed === fixed && runOf(state)?.model === run.model;
  const { verdict } = run;
  const how = outcome(verdict);
  return button(
    `choose:${run.model}:${fixed ? 'fixed' : 'written'}`,
    {
      class: `cell ${how}`,
      role: 'radio',
      'aria-checked': chosen ? 'true' : 'false',
      tabindex: chosen ? 0 : -1,
      'aria-label': `${run.modelTitle}, ${fixed ? 'with the fix' : 'as written'}: ${countText(verdict.failing)} of ${countText(verdict.explored)} fail, ${coverageText(verdict)}`,
      title: kindsText(verdict) || coverageText(verdict),
    },
    icon(how),
    h('span', {}, `${countText(verdict.failing)} of ${countText(verdict.explored)} fail`),
    verdict.coverage !== 'complete' && h('span', { class: 'capped' }, '(capped)'),
    h('span', { class: 'share', '--share': verdict.explored === 0 ? 0 : verdict.failing / verdict.explored }),
  );
}

function matrix(state: ViewState, runs: readonly Run[], fixedRuns: readonly Run[]): VNode {
  const fixedOf = (model: ModelName): Run | undefined => fixedRuns.find(run => run.model === model);
  const fix = fixedRuns.length > 0;
  const offered = state.abilities.models.filter(one => !runs.some(run => run.model === one.model));
  return h(
    'div',
    { class: `matrix${fix ? '' : ' no-fix'}`, role: 'radiogroup', 'aria-label': 'Model and code' },
    h('span', { class: 'corner' }),
    h('span', { class: 'column' }, 'as written'),
    fix && h('span', { class: 'column' }, 'with the fix', h('kbd', {}, 'F')),
    runs.map(run => [
      h('span', { class: 'model' }, run.modelTitle),
      cell(state, run, false),
      fix && cell(state, fixedOf(run.model), true),
    ]),
    offered.map(one => [
      h('span', { class: 'model' }, one.title),
      button(`run-model:${one.model}`, { class: 'cell' }, icon('unknown'), 'explore'),
      fix && h('span', {}),
    ]),
  );
}

/** What the GIL had to do with it, for the reader's own code: a demo tells it in its text. */
function withGil({ playback, about }: ViewState): string {
  const [first] = playback?.runs ?? [];
  const gil = playback?.runs.find(run => run.model === 'gil');
  if (about === undefined || !first || !gil || first === gil || outcome(first.verdict) !== 'fails') return '';
  const counts = `${countText(gil.verdict.failing)} of ${countText(gil.verdict.explored)}`;
  switch (outcome(gil.verdict)) {
    case 'fails':
      return `It fails with the GIL too: ${counts}.`;
    case 'passes':
      return `With the GIL ${counts} fail: this is why it worked until now.`;
    case 'unknown':
      return '';
  }
}

/** A fix that was run and fails is told to be none. */
function fixText({ runs }: NonNullable<Playback['fixed']>): string {
  const outcomes = runs.map(run => outcome(run.verdict));
  if (outcomes.includes('fails')) return ' It does not hold: an order is left that fails.';
  return outcomes.includes('unknown') ? ' Whether it holds is not known: not every order was explored.' : '';
}

export function verdict(state: ViewState): VNode | false {
  const run = runOf(state);
  const playback = state.playback;
  if (!run || !playback) return false;
  const written = playback.runs.find(one => one.model === run.model) ?? run;
  const fixedRuns = playback.fixed?.runs ?? [];
  const withFix = fixedRuns.find(one => one.model === run.model)?.verdict;
  return h(
    'section',
    { class: 'verdict', 'aria-label': 'Verdict' },
    state.reason && h('p', { class: 'strip' }, 'Not demonstrated. ', prose(state.reason)),
    h('p', { class: 'strip' }, verdictText(written.verdict, withFix)),
    withGil(state) && h('p', { class: 'strip' }, withGil(state)),
    (playback.runs.length > 1 || hasFix(state) || state.abilities.models.length > 0) &&
      matrix(state, playback.runs, fixedRuns),
    playback.fixed &&
      h('p', { class: 'fix' }, 'The fix: ', h('strong', {}, prose(playback.fixed.title)), fixText(playback.fixed)),
    assumptions(state),
  );
}

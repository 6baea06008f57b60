/** What this is and how it ends: title, one sentence, and what to see in it. */
import { h, type VNode } from '../dom.ts';
import { KEY_HELP } from '../keys.ts';
import { runOf, type ViewState } from '../state.ts';
import { icon } from './icons.ts';
import { button, prose } from './parts.ts';
import { outcome } from './verdict.ts';

function keyHelp(): VNode {
  return h(
    'details',
    { class: 'keys' },
    h('summary', {}, 'Keys'),
    h(
      'dl',
      {},
      KEY_HELP.map(([keys, does]) => [
        h(
          'dt',
          {},
          keys.split(' ').map(key => h('kbd', {}, key)),
        ),
        h('dd', {}, does),
      ]),
    ),
  );
}

function actions(state: ViewState): VNode {
  const { applyFix, verified, exportReproducer, rerun } = state.abilities;
  const how = verified ? 'Run as well: nothing fails with it.' : 'Could not be checked by running it.';
  return h(
    'div',
    { class: 'actions' },
    applyFix &&
      !state.stale &&
      button(
        'apply',
        { class: verified ? 'primary' : '', title: `Edit the file as shown with the fix. ${how}` },
        h('span', {}, prose(`Apply: ${applyFix}`)),
      ),
    exportReproducer &&
      button('export', { title: 'Write a Python test that drives this race in the real module' }, 'Export reproducer'),
    rerun && !state.stale && button('rerun', { title: 'Run it on the text as it is now' }, 'Run again'),
    button('copy', { title: 'Copy the whole run as text (C)' }, icon('copy'), 'Copy as text'),
    keyHelp(),
  );
}

export function headline(state: ViewState): VNode {
  const { playback, notice } = state;
  const run = runOf(state);
  const how = run ? outcome(run.verdict) : 'unknown';
  return h(
    'header',
    { class: 'head' },
    h('div', { class: 'title' }, h('h1', {}, playback?.title ?? 'Race view'), actions(state)),
    h(
      'p',
      { class: `headline ${how}`, role: 'status', 'aria-live': 'polite' },
      run && [icon(how), h('span', {}, run.headline)],
    ),
    h('p', { class: `notice ${notice?.kind ?? ''}`, role: 'status', hidden: !notice }, notice && prose(notice.text)),
  );
}

/** What to see, and the rules that it explains or that the reader's own code breaks. */
export function intro(state: ViewState): VNode | false {
  const { playback } = state;
  if (!playback) return false;
  return h(
    'div',
    { class: 'intro' },
    h('p', {}, prose(playback.text)),
    playback.rules.length > 0 &&
      h(
        'p',
        { class: 'rules' },
        state.about === undefined ? 'Explains ' : 'Rule ',
        playback.rules.map((rule, index) => [index > 0 && ', ', button(`rule:${rule}`, { class: 'link' }, rule)]),
      ),
  );
}

/** The state after the shown step: objects, variables and threads of the model, with what this step changed marked. */
import type { CellView, FailureKind, PlaybackStep, ThreadStateView } from '../../../server/src/simulator/playback.ts';
import { threadName } from '../../../server/src/simulator/words.ts';
import { type ShownStep, shownStep } from '../changes.ts';
import { h, type VNode } from '../dom.ts';
import { runOf, type ViewState } from '../state.ts';
import { icon } from './icons.ts';
import { badge, button, laneOf } from './parts.ts';

/** Longer names may break anywhere; shorter ones stay whole. */
const LONG_NAME = 16;

function cellRow(state: ViewState, cell: CellView): VNode {
  const writer = cell.writtenBy === undefined ? undefined : runOf(state)?.steps[cell.writtenBy];
  const by =
    writer && state.playback
      ? `written by step ${writer.index + 1} (${threadName(state.playback, writer.thread)})`
      : '';
  const value = h(cell.changed ? 'strong' : 'span', {}, cell.value);
  return h(
    'tr',
    // A changed field is a new element, so that its highlight plays once.
    { class: cell.changed ? 'changed' : '', key: cell.changed ? `${cell.name} ${state.step}` : cell.name },
    h(
      'th',
      { scope: 'row', class: cell.name.length > LONG_NAME ? 'long' : undefined },
      h('span', { class: 'mark', 'aria-hidden': 'true' }, cell.changed ? '●' : ''),
      cell.name,
    ),
    h(
      'td',
      {},
      writer ? button(`step:${writer.index}`, { class: 'value', title: `${by}: go there` }, value) : value,
      cell.changed && h('span', { class: 'was' }, cell.was === undefined ? ' new' : ` was ${cell.was}`),
    ),
  );
}

/** So many cells that no step of the run writes are folded away. */
const MANY_CONSTANTS = 4;

function table(state: ViewState, caption: string, list: readonly CellView[]): VNode {
  return h(
    'table',
    { class: 'cells', 'aria-label': caption },
    h(
      'tbody',
      {},
      list.map(cell => cellRow(state, cell)),
    ),
  );
}

/** `constant`: names of cells that keep their value through the whole run. */
function cells(
  state: ViewState,
  caption: string,
  list: readonly CellView[],
  constant: ReadonlySet<string> = new Set(),
): VNode | false {
  const shown = state.onlyChanges ? list.filter(cell => cell.changed) : list;
  if (shown.length === 0) return false;
  const still = shown.filter(cell => constant.has(cell.name));
  if (still.length < MANY_CONSTANTS) return table(state, caption, shown);
  const moving = shown.filter(cell => !constant.has(cell.name));
  return h(
    'div',
    {},
    moving.length > 0 && table(state, caption, moving),
    h(
      'details',
      { class: 'constant' },
      h('summary', {}, `${still.length} that never change`),
      table(state, `${caption} that never change`, still),
    ),
  );
}

/** Cells that no step has written by the end of the run. */
function constants(state: ViewState, of: (step: PlaybackStep) => readonly CellView[] | undefined): ReadonlySet<string> {
  const end = runOf(state)?.steps.at(-1);
  return new Set((end && of(end))?.filter(cell => cell.writtenBy === undefined).map(cell => cell.name));
}

function object(state: ViewState, view: ShownStep['objects'][number]): VNode | false {
  const { justFreed } = view;
  if (state.onlyChanges && !justFreed && !view.cells.some(cell => cell.changed)) return false;
  return h(
    'article',
    { class: `object${view.alive ? '' : ' freed'}`, 'aria-label': `${view.name}, ${view.type}` },
    h(
      'h3',
      {},
      h('span', { class: 'mark', 'aria-hidden': 'true' }, justFreed ? '●' : ''),
      h('code', {}, view.name),
      h('span', { class: 'type' }, view.type),
      h('span', { class: 'life' }, view.alive ? 'alive' : 'FREED'),
    ),
    cells(
      state,
      `Fields of ${view.name}`,
      view.cells,
      constants(state, end => end.objects.find(one => one.name === view.name)?.cells),
    ),
  );
}

const STATUS: Readonly<Record<ThreadStateView['status'], string>> = {
  ready: 'can run',
  running: 'ran this step',
  blocked: 'blocked',
  done: 'done',
  'not-started': 'not started',
};

/** The other failures are wrong ends of a whole run: no thread stopped in the middle of something. */
const STOPS_A_THREAD: ReadonlySet<FailureKind> = new Set([
  'use-after-free',
  'double-free',
  'negative-count',
  'unlock-not-held',
  'detached-access',
  'null-dereference',
  'out-of-bounds',
  'wrong-heap',
]);

/** The thread that has failed by now: it goes no further, which is not the same as being done. */
function failedThread(state: ViewState): number | undefined {
  return runOf(state)
    ?.steps.slice(0, state.step + 1)
    .findLast(step => step.failure && STOPS_A_THREAD.has(step.failure.kind))?.thread;
}

function thread(state: ViewState, view: ThreadStateView): VNode {
  const failed = failedThread(state) === view.thread;
  const name = state.playback ? threadName(state.playback, view.thread) : '';
  return h(
    'article',
    { class: `thread ${view.status} lane-${laneOf(state, view.thread)}`, 'aria-label': name },
    h(
      'h3',
      {},
      badge(state, view.thread),
      h(
        'span',
        { class: `status${failed ? ' fails' : ''}` },
        failed ? icon('fails') : view.status === 'blocked' && icon('lock'),
        failed ? 'failed here' : STATUS[view.status],
      ),
      h(
        'span',
        {
          class: 'attach',
          title: view.attached
            ? 'Attached to the interpreter: it may touch Python objects'
            : 'Detached from the interpreter: it must not touch Python objects',
        },
        view.attached ? 'attached' : 'detached',
      ),
    ),
    view.status === 'blocked' && h('p', { class: 'reason' }, view.blockedBy ?? 'waits'),
    view.locks.length > 0 &&
      h(
        'ol',
        { class: 'locks', 'aria-label': `Locks and sections of ${name}, outermost first` },
        view.locks.map(lock =>
          h(
            'li',
            { class: lock.suspended ? 'suspended' : 'held' },
            icon('lock'),
            h('code', {}, lock.name),
            h('span', {}, lock.suspended ? 'suspended: not held now' : 'held'),
          ),
        ),
      ),
    cells(state, `Variables of ${name}`, view.locals),
  );
}

export function statePanel(state: ViewState): VNode | false {
  const step = shownStep(state);
  if (!step) return false;
  const objects = step.objects.map(view => object(state, view));
  const globals = cells(
    state,
    'Global variables',
    step.globals,
    constants(state, end => end.globals),
  );
  return h(
    'section',
    { class: 'state', 'aria-labelledby': 'state-title' },
    h(
      'div',
      { class: 'bar' },
      h(
        'h2',
        { id: 'state-title' },
        `State after step ${state.step + 1}`,
        step.first < step.last && h('span', { class: 'since' }, ` changes of steps ${step.first + 1}–${step.last + 1}`),
      ),
      button(
        'only-changes',
        { class: 'toggle', 'aria-pressed': state.onlyChanges ? 'true' : 'false' },
        'only what changed',
      ),
    ),
    h(
      'div',
      { class: 'objects' },
      globals && h('article', { class: 'object', 'aria-label': 'Globals' }, h('h3', {}, 'globals'), globals),
      objects,
    ),
    state.onlyChanges && !globals && objects.every(one => !one) && h('p', { class: 'empty' }, 'No object changed.'),
    h(
      'div',
      { class: 'threads' },
      step.threads.map(view => thread(state, view)),
    ),
  );
}

/** The race view in its page: connects the reducer to the document and to the extension host. */
import { drawArrows } from './arrows.ts';
import { effectOf } from './commands.ts';
import { cursorsOf } from './cursors.ts';
import { patch } from './dom.ts';
import { keyAction } from './keys.ts';
import type { HostToView, ViewToHost } from './messages.ts';
import { app } from './render/app.ts';
import { restore, save } from './saved.ts';
import { type Action, reduce, runOf } from './state.ts';

declare function acquireVsCodeApi(): {
  readonly postMessage: (message: ViewToHost) => void;
  readonly getState: () => unknown;
  readonly setState: (state: unknown) => void;
};

/** Long enough to read a card, in milliseconds. */
const PLAY_INTERVAL = 1400;
/** Writing the state copies the whole playback, so it waits for a pause in the stepping. */
const SAVE_DELAY = 250;

const { postMessage: send, getState, setState } = acquireVsCodeApi();
const root = document.body.appendChild(document.createElement('div'));
root.id = 'root';

let state = restore(getState());
let playTimer: ReturnType<typeof setTimeout> | undefined;
let saveTimer: ReturnType<typeof setTimeout> | undefined;
let sentCursors = '';

/** The reader wants nothing to move: a setting of the system, or of the editor. */
const still = (): boolean =>
  matchMedia('(prefers-reduced-motion: reduce)').matches || document.body.classList.contains('vscode-reduce-motion');

function inSteps(): boolean {
  return document.activeElement?.closest('[role=listbox]') !== null && document.activeElement !== document.body;
}

function currentCard(): HTMLElement | null {
  return root.querySelector<HTMLElement>('[role=option][aria-selected=true]');
}

/** Focus follows what is chosen within a list of choices; a control that is gone hands it to the steps. */
function keepFocus(before: Element | null, wasInSteps: boolean): void {
  if (wasInSteps) currentCard()?.focus({ preventScroll: true });
  else if (before?.getAttribute('role') === 'radio') {
    root.querySelector<HTMLElement>('[role=radio][aria-checked=true]')?.focus();
  }
}

function render(): void {
  const focused = document.activeElement;
  const wasInSteps = inSteps();
  patch(root, app(state, wasInSteps));
  keepFocus(focused, wasInSteps);
  redrawArrows();
}

/** Brings a line into view inside its listing, and leaves the page where it is. */
function scrollListing(line: HTMLElement | null): void {
  const listing = line?.closest<HTMLElement>('.listing');
  if (!line || !listing) return;
  const [inner, outer] = [line.getBoundingClientRect(), listing.getBoundingClientRect()];
  const over = Math.max(0, inner.bottom + 24 - outer.bottom) || Math.min(0, inner.top - 24 - outer.top);
  if (over !== 0) listing.scrollTop += over;
}

function redrawArrows(): void {
  const list = root.querySelector('#steps');
  if (list) drawArrows(list, runOf(state)?.arrows ?? []);
}

function sendCursors(): void {
  const cursors = cursorsOf(state);
  const text = JSON.stringify(cursors);
  if (text === sentCursors) return;
  sentCursors = text;
  send({ type: 'cursors', cursors });
}

function saveSoon(): void {
  clearTimeout(saveTimer);
  saveTimer = setTimeout(saveNow, SAVE_DELAY);
}

function saveNow(): void {
  clearTimeout(saveTimer);
  const saved = save(state);
  if (saved) setState(saved);
}

function schedulePlay(): void {
  clearTimeout(playTimer);
  if (state.playing) playTimer = setTimeout(() => dispatch({ type: 'tick' }), PLAY_INTERVAL);
}

function dispatch(action: Action): void {
  const before = state;
  state = reduce(state, action);
  if (state === before) return;
  render();
  const moved = state.step !== before.step || runOf(state) !== runOf(before);
  const other = state.playback?.id !== before.playback?.id;
  // A reader starts at the headline.
  if (other) scrollTo({ top: 0 });
  else if (moved) currentCard()?.scrollIntoView({ block: 'nearest', behavior: still() ? 'auto' : 'smooth' });
  if (moved) scrollListing(root.querySelector<HTMLElement>('.line.current'));
  if (state.spot) {
    const line = root.querySelector<HTMLElement>('.line.spot');
    scrollListing(line);
    line?.scrollIntoView({ block: 'nearest' });
  }
  sendCursors();
  saveSoon();
  schedulePlay();
}

/** A frame of the page shown has the focus only when it asks for it. */
function takeKeyboard(): void {
  window.focus();
  if (document.activeElement === document.body) currentCard()?.focus({ preventScroll: true });
}

function run(command: string): void {
  const effect = effectOf(command, state);
  if (effect.message) send(effect.message);
  if (effect.action) dispatch(effect.action);
}

/** Arrow keys inside a group of controls move within the group; returns whether the key was one of those. */
function moveWithin(event: KeyboardEvent, target: Element): boolean {
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!by || event.shiftKey) return false;
  const vertical = event.key === 'ArrowDown' || event.key === 'ArrowUp';
  if (target.closest('[role=radiogroup]') && target.getAttribute('role') === 'radio') {
    const radios = [...root.querySelectorAll<HTMLElement>('[role=radio]')];
    const next = radios[(radios.indexOf(target as HTMLElement) + by + radios.length) % radios.length];
    run(next?.dataset['do'] ?? '');
    return true;
  }
  if (vertical && target.closest('[role=listbox]')) {
    dispatch({ type: 'move', by: 'lane', direction: by === 1 ? 1 : -1 });
    return true;
  }
  if (vertical && target.matches('button.line-number')) {
    const lines = [...root.querySelectorAll<HTMLElement>('button.line-number')];
    lines[lines.indexOf(target as HTMLElement) + by]?.focus();
    return true;
  }
  return false;
}

document.addEventListener('keydown', event => {
  const target = event.target instanceof Element ? event.target : document.body;
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  const option = target.closest<HTMLElement>('[role=option]');
  if (!modified && option && (event.key === 'Enter' || event.key === ' ')) {
    const { do: select, group } = option.dataset;
    run(select ?? '');
    if (group !== undefined) run(`group:${group}`);
    event.preventDefault();
    return;
  }
  if (!modified && moveWithin(event, target)) {
    event.preventDefault();
    return;
  }
  // A wide table scrolls with the keys that step everywhere else.
  if (target.closest('.scroll')) return;
  if (event.key === 'Escape') root.querySelector('.keys[open]')?.removeAttribute('open');
  const action = keyAction({ key: event.key, shift: event.shiftKey, modified }, state);
  if (!action || !state.playback) return;
  event.preventDefault();
  if (action === 'copy') run('copy');
  else {
    dispatch(action);
    if (action.type === 'lane') currentCard()?.focus({ preventScroll: true });
  }
});

root.addEventListener('click', event => {
  const control = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-do]') : null;
  if (control && control.getAttribute('aria-disabled') !== 'true') run(control.dataset['do'] ?? '');
});

root.addEventListener('input', event => {
  if (event.target instanceof HTMLInputElement && event.target.id === 'scrubber') {
    dispatch({ type: 'step', step: event.target.valueAsNumber });
  }
});

addEventListener('message', (event: MessageEvent<HostToView>) => {
  dispatch({ type: 'host', message: event.data });
  if (event.data.type === 'focus') takeKeyboard();
});
addEventListener('pagehide', saveNow);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') saveNow();
});
new ResizeObserver(redrawArrows).observe(root);

render();
sendCursors();
send({ type: 'ready', has: state.playback?.id ?? null });

/** Small pieces that several parts of the view share. */
import type { LineRange } from '../../../server/src/simulator/playback.ts';
import { placeText } from '../../../server/src/simulator/words.ts';
import { type Child, h, type VNode } from '../dom.ts';
import type { ViewState } from '../state.ts';

/** Position of a thread among the lanes, from 1: picks its colour. */
export function laneOf(state: ViewState, thread: number): number {
  return (state.playback?.threads.findIndex(one => one.id === thread) ?? -1) + 1;
}

/** `T1` in the colour of its lane. Outlined where the thread only stands and does not run. */
export function badge(state: ViewState, thread: number, outlined = false): VNode {
  const name = state.playback?.threads.find(one => one.id === thread)?.name ?? `T${thread}`;
  return h('span', { class: `badge lane-${laneOf(state, thread)}${outlined ? ' outlined' : ''}` }, name);
}

/** A button that does `command` (see commands.ts) by mouse, touch and keyboard. */
export function button(
  command: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  ...children: readonly Child[]
): VNode {
  return h('button', { type: 'button', 'data-do': command, ...attributes }, ...children);
}

/** A place in the source as a link: to its steps in the listing, and to the user's file when it has one. */
export function placeLink(state: ViewState, at: LineRange | undefined): VNode | false {
  if (!at || !state.playback) return false;
  return button(
    `place:${at.source}:${at.line}`,
    { class: 'link', title: 'Show this line' },
    placeText(state.playback.sources, at),
  );
}

/** Text in which code stands between backquotes. */
export function prose(text: string): Child[] {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 === 1 ? h('code', {}, part) : part));
}

/** Where each thread stands in the user's own file at the shown step. */
import type { LineRange } from '../../server/src/simulator/playback.ts';
import type { FileRange, ThreadCursor } from './messages.ts';
import { runOf, sourcesOf, type ViewState } from './state.ts';

/** A place as one of the user's file; null in canned demos and in the fixed text, which is nowhere on disk. */
export function fileRange(state: ViewState, at: LineRange | undefined, fixed = state.fixed): FileRange | null {
  const source = at && !fixed ? state.playback?.sources[at.source] : undefined;
  if (!at || !source?.uri) return null;
  return {
    uri: source.uri,
    line: source.firstLine + at.line,
    endLine: source.firstLine + at.endLine,
    ...(at.column === undefined ? {} : { column: at.column }),
    ...(at.endColumn === undefined ? {} : { endColumn: at.endColumn }),
  };
}

/** Place of each thread in the listing: what it just ran for the thread of the step, what it runs next for the others. */
export function placesOf(
  state: ViewState,
): readonly { readonly thread: number; readonly at: LineRange; readonly current: boolean }[] {
  const step = runOf(state)?.steps[state.step];
  if (!step) return [];
  return step.threads.flatMap(thread => {
    const current = thread.thread === step.thread;
    const at = current ? (step.at ?? thread.at) : thread.at;
    return at && at.source < sourcesOf(state).length ? [{ thread: thread.thread, at, current }] : [];
  });
}

export function cursorsOf(state: ViewState): readonly ThreadCursor[] {
  const step = runOf(state)?.steps[state.step];
  return placesOf(state).flatMap(place => {
    const range = fileRange(state, place.at);
    const lane = state.playback?.threads.findIndex(thread => thread.id === place.thread) ?? -1;
    const name = state.playback?.threads[lane]?.name;
    if (!range || !name) return [];
    return [{ name, lane: lane + 1, range, current: place.current, failing: place.current && !!step?.failure }];
  });
}

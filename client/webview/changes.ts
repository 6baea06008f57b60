/**
 * What a card did to the state. A folded operation is one move for the reader, so its changes are those of all its
 * micro-steps together, not only of the last one.
 */
import type { CellView, ObjectView, PlaybackStep, ThreadStateView } from '../../server/src/simulator/playback.ts';
import { type Row, rowAt } from './rows.ts';
import { runOf, type ViewState, visibleRows } from './state.ts';

export interface ShownStep {
  /** Steps whose changes are marked, inclusive. */
  readonly first: number;
  readonly last: number;
  readonly objects: readonly (ObjectView & { readonly justFreed: boolean })[];
  readonly globals: readonly CellView[];
  readonly threads: readonly ThreadStateView[];
}

/** Merges the changes of one cell over some steps; back where it started is no change. */
function merged(history: readonly (CellView | undefined)[], now: CellView): CellView {
  const first = history.find(cell => cell?.changed);
  const { changed: _changed, was: _was, ...rest } = now;
  if (!first || first.was === now.value) return { ...rest, changed: false };
  return { ...rest, changed: true, ...(first.was === undefined ? {} : { was: first.was }) };
}

function mergeCells(
  steps: readonly PlaybackStep[],
  now: readonly CellView[],
  of: (step: PlaybackStep) => readonly CellView[] | undefined,
): readonly CellView[] {
  // Two variables of a thread may share a name; the same place in the list tells them apart.
  const sameCell = (list: readonly CellView[] | undefined, cell: CellView, index: number): CellView | undefined =>
    list?.[index]?.name === cell.name ? list[index] : list?.find(one => one.name === cell.name);
  return now.map((cell, index) =>
    merged(
      steps.map(step => sameCell(of(step), cell, index)),
      cell,
    ),
  );
}

function marked(state: ViewState, row: Row | undefined): readonly [first: number, last: number] {
  return row?.folded && row.last === state.step ? [row.first, row.last] : [state.step, state.step];
}

/** The state after the shown step, with the changes of the shown card marked; null without steps. */
export function shownStep(state: ViewState): ShownStep | null {
  const steps = runOf(state)?.steps ?? [];
  const now = steps[state.step];
  if (!now) return null;
  const rows = visibleRows(state);
  const [first, last] = marked(state, rows[rowAt(rows, state.step)]);
  const range = steps.slice(first, last + 1);
  const before = steps[first - 1];
  return {
    first,
    last,
    globals: mergeCells(range, now.globals, step => step.globals),
    objects: now.objects.map(object => ({
      ...object,
      justFreed: !object.alive && before?.objects.find(one => one.name === object.name)?.alive !== false,
      cells: mergeCells(range, object.cells, step => step.objects.find(one => one.name === object.name)?.cells),
    })),
    threads: now.threads.map(thread => ({
      ...thread,
      locals: mergeCells(range, thread.locals, step => step.threads.find(one => one.thread === thread.thread)?.locals),
    })),
  };
}

/**
 * What the lanes show as one card: consecutive micro-steps of one source operation, folded until asked. A preemption
 * in the middle of an operation (the interesting case) splits it, because a row never holds steps of two threads.
 */
import type { PlaybackStep } from '../../server/src/simulator/playback.ts';

export interface Row {
  /** Step indexes, both inclusive. */
  readonly first: number;
  readonly last: number;
  readonly thread: number;
  readonly group: number;
  /** More than one micro-step of the operation is behind this card. */
  readonly folded: boolean;
  /** The operation has more steps than this row: it was cut by another thread, or is shown step by step. */
  readonly part: boolean;
  /** The row above is of the same operation: what they share need not be said again. */
  readonly continues: boolean;
}

export interface Folding {
  /** Show every micro-step. */
  readonly expanded: boolean;
  /** Groups for which the opposite of `expanded` holds. */
  readonly toggled: readonly number[];
}

export function rowsOf(steps: readonly PlaybackStep[], folding: Folding): readonly Row[] {
  const size = new Map<number, number>();
  for (const step of steps) size.set(step.group, (size.get(step.group) ?? 0) + 1);
  const rows: Row[] = [];
  for (const [index, step] of steps.entries()) {
    const open = folding.expanded !== folding.toggled.includes(step.group);
    const above = rows.at(-1);
    if (!open && above && above.thread === step.thread && above.group === step.group) {
      rows[rows.length - 1] = { ...above, last: index, folded: true };
    } else {
      const continues = above?.thread === step.thread && above.group === step.group;
      const [first, last] = [index, index];
      rows.push({ first, last, thread: step.thread, group: step.group, folded: false, part: false, continues });
    }
  }
  return rows.map(row => ({ ...row, part: row.last - row.first + 1 < (size.get(row.group) ?? 1) }));
}

/** Index of the row that holds a step; 0 when there is none. */
export function rowAt(rows: readonly Row[], step: number): number {
  return Math.max(
    0,
    rows.findIndex(row => row.first <= step && step <= row.last),
  );
}

/** The first step after the next switch of threads, or of the piece before; the end or the start when there is none. */
export function switchFrom(steps: readonly PlaybackStep[], from: number, direction: 1 | -1): number {
  const starts = steps.flatMap((step, index) => (step.thread === steps[index - 1]?.thread ? [] : [index]));
  if (direction === 1) return starts.find(start => start > from) ?? Math.max(0, steps.length - 1);
  return starts.findLast(start => start < from) ?? 0;
}

/** Steps whose place covers a line of a source, in time order. */
export function stepsOnLine(steps: readonly PlaybackStep[], source: number, line: number): readonly number[] {
  return steps.flatMap((step, index) =>
    step.at && step.at.source === source && step.at.line <= line && line <= step.at.endLine ? [index] : [],
  );
}

/** Where the code of the source ends what a line has begun: the lock is given back at `Py_END_…`, not at `Py_BEGIN_…`. */
import type { ThreadBuilder } from '../build/thread.ts';
import type { Python } from './python.ts';

const PAIRS = [
  ['Py_BEGIN_CRITICAL_SECTION', 'Py_END_CRITICAL_SECTION'],
  ['Py_BEGIN_ALLOW_THREADS', 'Py_END_ALLOW_THREADS'],
  ['PyGILState_Ensure', 'PyGILState_Release'],
  ['LOCK(', 'UNLOCK('],
] as const;

/** Writes the steps at the line that closes the current one; where there is none, at the current one. */
export function atClosing(py: Python, t: ThreadBuilder, steps: () => void): void {
  const { range } = t;
  const lines = range === undefined ? [] : py.sources[range.source]!.text.lines;
  const pair = range === undefined ? undefined : PAIRS.find(([open]) => lines[range.line]?.includes(open) === true);
  const line = pair === undefined || range === undefined ? -1 : closingLine(lines, range.line, pair);
  if (line < 0 || range === undefined) {
    steps();
    return;
  }
  const text = lines[line]!;
  const column = text.length - text.trimStart().length;
  t.grouped(
    text.trim(),
    { source: range.source, line, endLine: line, column, endColumn: text.trimEnd().length },
    steps,
  );
}

function closingLine(lines: readonly string[], from: number, [open, close]: (typeof PAIRS)[number]): number {
  let depth = 0;
  for (let i = from; i < lines.length; i++) {
    if (lines[i]!.includes(close)) depth--;
    else if (lines[i]!.includes(open)) depth++;
    if (depth === 0) return i;
  }
  return -1;
}

/** What most demos have in common. */
import type { Source } from '../build/source.ts';
import type { ThreadBuilder } from '../build/thread.ts';
import { inPython } from '../python/attach.ts';
import type { Python } from '../python/python.ts';

/** Steps of `body` stand at the line that contains `snippet`. */
type At = (snippet: string, body: () => void) => void;
export type Body = (t: ThreadBuilder, at: At) => void;

/** A call from Python: the thread is attached, and holds the GIL where there is one. */
export function call(py: Python, runs: string, source: Source, body: Body): ThreadBuilder {
  const t = py.thread(runs);
  inPython(py, t, () => body(t, (snippet, steps) => py.line(t, source, snippet, steps)));
  return t;
}

/** A thread that C code made: detached until it attaches itself. */
export function foreign(py: Python, runs: string, source: Source, body: Body): ThreadBuilder {
  const t = py.thread(runs);
  t.startsAttached = false;
  body(t, (snippet, steps) => py.line(t, source, snippet, steps));
  return t;
}

/** The same call by several threads. */
export function calls(py: Python, count: number, runs: string, source: Source, body: Body): void {
  for (let i = 0; i < count; i++) call(py, runs, source, body);
}

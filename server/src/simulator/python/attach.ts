/** Thread states: attached threads may touch Python objects; with a GIL, attaching means taking it. */
import type { ThreadBuilder } from '../build/thread.ts';
import { add, OLD, subtract } from '../machine/expression.ts';
import { atClosing } from './closing.ts';
import type { Python } from './python.ts';
import { resumeTop, suspendAll } from './sections.ts';
import { leave, safePoint } from './world.ts';

/** The thread's whole run inside Python: a GIL build takes the GIL before and drops it after. */
export function inPython(py: Python, t: ThreadBuilder, body: () => void): void {
  if (!py.hasGil) {
    body();
    if (py.world !== null) t.operation('returns to Python', () => leave(t, py.world!));
    return;
  }
  const gil = py.gilOf(t);
  const name = gilName(py);
  t.operation('comes from Python', () => t.lock(gil, { label: `takes ${name}` }));
  body();
  t.operation('returns to Python', () => t.unlock(gil, { label: `drops ${name}` }));
}

/** `Py_BEGIN_ALLOW_THREADS`, `PyEval_SaveThread`: suspends critical sections, then lets go. */
export function detach(py: Python, t: ThreadBuilder): void {
  suspendAll(py, t);
  t.setAttached(false);
  if (py.world !== null) t.update(py.world.attached, subtract(OLD, 1), { label: 'detaches' });
  if (py.hasGil) t.unlock(py.gilOf(t), { label: `detaches: drops ${gilName(py)}` });
}

/** `Py_END_ALLOW_THREADS`: comes back, and takes the innermost critical section again. */
export function attach(py: Python, t: ThreadBuilder): void {
  if (py.hasGil) t.lock(py.gilOf(t), { label: `attaches: takes ${gilName(py)}` });
  if (py.world !== null) t.update(py.world.attached, add(OLD, 1), { label: 'attaches' });
  t.setAttached(true);
  resumeTop(py, t);
}

export function allowThreads(py: Python, t: ThreadBuilder, body: () => void): void {
  detach(py, t);
  body();
  atClosing(py, t, () => attach(py, t));
}

/**
 * A call that may run Python code: with a GIL another thread may get it meanwhile; free-threaded, the critical sections of
 * the thread are suspended meanwhile. Elsewhere nothing happens that other steps do not already allow.
 */
export function mayRunPython(py: Python, t: ThreadBuilder, body: () => void = () => {}): void {
  if (py.hasGil) {
    const gil = py.gilOf(t);
    t.unlock(gil, { label: `runs Python code: ${gilName(py)} may be dropped` });
    t.lock(gil, { label: `takes ${gilName(py)} again` });
    body();
    return;
  }
  suspendAll(py, t);
  if (py.world !== null) safePoint(t, py.world);
  body();
  resumeTop(py, t);
}

/** A thread that C code made: `PyGILState_Ensure` … `PyGILState_Release`. In the free-threaded build nothing is excluded. */
export function withGilState(py: Python, t: ThreadBuilder, body: () => void): void {
  attach(py, t);
  body();
  atClosing(py, t, () => detach(py, t));
}

function gilName(py: Python): string {
  return py.model === 'subinterpreters' ? "its interpreter's GIL" : 'the GIL';
}

/**
 * The GIL with every atomic action (Python/ceval_gil.c). Who wants it waits, and after the switch interval (here: at any
 * time) asks the holder to drop it; the holder looks only at its safe points, and then waits until somebody else has had it.
 * The short form is a lock that is dropped and taken again at the same points.
 */
import type { ThreadBuilder } from '../build/thread.ts';
import { differs, equal, not, OLD } from '../machine/expression.ts';
import type { Python } from './python.ts';

export interface Gil {
  readonly locked: number;
  readonly dropRequest: number;
  readonly lastHolder: number;
}

export function makeGil(py: Python): Gil {
  return {
    locked: py.p.global('gil.locked', 0, { format: 'holder' }),
    dropRequest: py.p.global('gil_drop_request', 0, { format: 'flag' }),
    lastHolder: py.p.global('gil.last_holder', 0, { format: 'thread' }),
  };
}

export function takeGil(t: ThreadBuilder, gil: Gil): void {
  const mine = t.temporary();
  t.tryLock(gil.locked, mine);
  t.when(not(mine), () => {
    t.store(gil.dropRequest, 1, { order: 'relaxed', label: 'the interval is over: asks for the GIL' });
    t.lock(gil.locked);
  });
  t.store(gil.lastHolder, t.identity, { order: 'relaxed' });
  t.store(gil.dropRequest, 0, { order: 'relaxed' });
}

export function dropGil(t: ThreadBuilder, gil: Gil): void {
  t.unlock(gil.locked);
}

/** `_Py_HandlePending`: the only place where a thread that runs Python code lets others in. */
export function gilSafePoint(t: ThreadBuilder, gil: Gil): void {
  const asked = t.temporary();
  t.load(asked, gil.dropRequest, { order: 'relaxed', label: 'looks at the eval breaker' });
  t.when(equal(asked, 1), () => {
    dropGil(t, gil);
    t.wait(gil.lastHolder, differs(OLD, t.identity), { label: 'waits until another thread has had it' });
    takeGil(t, gil);
  });
}

/** `PyMutex` as one step to lock and one to unlock. While a thread waits it is detached: sections suspended, GIL dropped. */
import type { Place, ThreadBuilder } from '../build/thread.ts';
import { not } from '../machine/expression.ts';
import { attach, detach } from './attach.ts';
import type { Python } from './python.ts';
import { sectionsOf } from './sections.ts';

export function pyMutexLock(py: Python, t: ThreadBuilder, mutex: Place): void {
  const detaches = py.hasGil || py.world !== null || (py.freeThreaded && sectionsOf(t).length > 0);
  if (!detaches) {
    t.lock(mutex);
    return;
  }
  const ok = t.temporary();
  t.tryLock(mutex, ok);
  t.when(not(ok), () => {
    detach(py, t);
    t.lock(mutex);
    attach(py, t);
  });
}

export function pyMutexUnlock(t: ThreadBuilder, mutex: Place): void {
  t.unlock(mutex);
}

/** A lock of the operating system or of C++: the thread waits as it is, attached, with everything that it holds. */
export function nativeLock(t: ThreadBuilder, mutex: Place): void {
  t.lock(mutex);
}

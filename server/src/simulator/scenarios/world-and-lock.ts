import type { Python } from '../python/python.ts';
import { attachTo, detachFrom, makeWorld, safePoint, stopTheWorld } from '../python/world-protocol.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const ATTACHED = `
static void
log_event(Log *log)
{
    pthread_mutex_lock(&log->lock);
    PyObject *text = format(log);         /* may start a collection */
    write_out(text);
    pthread_mutex_unlock(&log->lock);
}
`;

const DETACHED = ATTACHED.replace(
  '    pthread_mutex_lock(&log->lock);\n',
  '    Py_BEGIN_ALLOW_THREADS\n    pthread_mutex_lock(&log->lock);\n    Py_END_ALLOW_THREADS\n',
);

function write(py: Python, text: string, detached: boolean): void {
  const c = py.source('log.c', text);
  const world = makeWorld(py, 2);
  const lock = py.p.global('log->lock', 0, { format: 'holder' });
  for (const collects of [true, false]) {
    call(py, collects ? 'log_event(), collects' : 'log_event()', c, (t, at) => {
      if (detached) at('Py_BEGIN_ALLOW_THREADS', () => detachFrom(t, world));
      at('pthread_mutex_lock', () => t.lock(lock));
      if (detached) at('Py_END_ALLOW_THREADS', () => attachTo(t, world));
      at('format(log)', () => {
        if (collects) stopTheWorld(t, world, () => {});
        else safePoint(t, world);
      });
      at('pthread_mutex_unlock', () => t.unlock(lock));
      at('pthread_mutex_unlock', () => detachFrom(t, world));
    });
  }
}

export const worldAndLock: Scenario = {
  id: 'stop-the-world-lock',
  title: 'Stop-the-world and a lock of the operating system',
  topic: 'deadlocks',
  text:
    'One thread holds the lock and stops the world; the other one waits for the lock, attached, and so never comes to a safe ' +
    'point. There is no GIL, and the deadlock is the old one. Whoever waits for such a lock must be detached.',
  models: ['free-threaded'],
  rules: ['native-lock-across-python', 'blocking-call-attached'],
  write: py => write(py, ATTACHED, false),
  expected: { 'free-threaded': '1 of 3 fail: deadlock 1' },
  fixed: {
    title: 'The lock taken detached',
    write: py => write(py, DETACHED, true),
    expected: { 'free-threaded': '0 of 4 fail' },
  },
};

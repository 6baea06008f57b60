import { allowThreads, mayRunPython } from '../python/attach.ts';
import { nativeLock } from '../python/mutex.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const HELD = `
static PyObject *
Pool_map(Pool *self, PyObject *function)
{
    pthread_mutex_lock(&self->lock);
    PyObject *result = PyObject_CallNoArgs(function);
    store(self, result);
    pthread_mutex_unlock(&self->lock);
    Py_RETURN_NONE;
}
`;

const RELEASED = `
static PyObject *
Pool_map(Pool *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function);
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&self->lock);
    Py_END_ALLOW_THREADS
    store(self, result);
    pthread_mutex_unlock(&self->lock);
    Py_RETURN_NONE;
}
`;

function write(py: Python, text: string, held: boolean): void {
  const c = py.source('pool.c', text);
  const lock = py.p.global('self->lock', 0, { format: 'holder' });
  calls(py, 2, 'pool.map(f)', c, (t, at) => {
    const run = (): void => at('PyObject_CallNoArgs', () => mayRunPython(py, t));
    if (!held) run();
    at('pthread_mutex_lock', () => (held ? nativeLock(t, lock) : allowThreads(py, t, () => nativeLock(t, lock))));
    if (held) run();
    at('pthread_mutex_unlock', () => t.unlock(lock));
  });
}

export const nativeLockAcrossPython: Scenario = {
  id: 'native-lock-across-python',
  title: 'A pthread mutex held while Python runs',
  topic: 'deadlocks',
  text:
    'The first thread holds the mutex and calls Python code, which may drop the GIL. The second one takes the GIL and waits for ' +
    'the mutex, with the GIL in its hand. Neither goes on. Take such a lock detached, and not across calls into Python.',
  models: ['gil', 'free-threaded'],
  rules: ['native-lock-across-python', 'native-lock-then-attach'],
  write: py => write(py, HELD, true),
  expected: { gil: '2 of 4 fail: deadlock 2', 'free-threaded': '0 of 2 fail' },
  fixed: {
    title: 'The call before the lock, the lock taken detached',
    models: ['gil', 'free-threaded'],
    write: py => write(py, RELEASED, false),
    expected: { gil: '0 of 20 fail', 'free-threaded': '0 of 2 fail' },
  },
};

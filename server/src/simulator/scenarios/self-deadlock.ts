import { pyMutexLock, pyMutexUnlock } from '../python/mutex.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';
import { call } from './writing.ts';

const TWICE = `
static void
log_line(Log *self, const char *line)
{
    PyMutex_Lock(&self->mutex);         /* log_line */
    write_out(self, line);
    PyMutex_Unlock(&self->mutex);       /* log_line */
}

static PyObject *
Log_close(Log *self, PyObject *unused)
{
    PyMutex_Lock(&self->mutex);         /* close */
    log_line(self, "closed");
    PyMutex_Unlock(&self->mutex);       /* close */
    Py_RETURN_NONE;
}
`;

const ONCE = TWICE.replace('    PyMutex_Lock(&self->mutex);         /* close */\n', '').replace(
  '    PyMutex_Unlock(&self->mutex);       /* close */\n',
  '',
);

function write(py: Python, text: string, twice: boolean): void {
  const c = py.source('log.c', text);
  const mutex = py.p.global('self->mutex', 0, { format: 'holder' });
  call(py, 'log.close()', c, (t, at) => {
    const lock = (where: string): void =>
      at(`PyMutex_Lock(&self->mutex);         /* ${where} */`, () => pyMutexLock(py, t, mutex));
    const unlock = (where: string): void =>
      at(`PyMutex_Unlock(&self->mutex);       /* ${where} */`, () => pyMutexUnlock(t, mutex));
    if (twice) lock('close');
    lock('log_line');
    unlock('log_line');
    if (twice) unlock('close');
  });
}

export const selfDeadlock: Scenario = {
  id: 'lock-twice',
  title: 'The same PyMutex twice',
  topic: 'deadlocks',
  text:
    'A PyMutex does not know who holds it. A thread that locks it a second time waits for itself, for ever, in both builds. One ' +
    'thread is enough.',
  models: ['free-threaded', 'gil'],
  counterpart: 'mutex_reentered',
  rules: ['pymutex-self-deadlock'],
  write: py => write(py, TWICE, true),
  expected: { 'free-threaded': '1 of 1 fail: deadlock 1', gil: '1 of 1 fail: deadlock 1' },
  fixed: {
    title: 'Only the inner function locks',
    write: py => write(py, ONCE, false),
    expected: { 'free-threaded': '0 of 1 fail' },
  },
};

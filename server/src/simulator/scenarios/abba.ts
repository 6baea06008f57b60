import { inPython, mayRunPython } from '../python/attach.ts';
import { pyMutexLock, pyMutexUnlock } from '../python/mutex.ts';
import type { Python } from '../python/python.ts';
import { criticalSection2 } from '../python/sections.ts';
import type { Scenario } from './scenario.ts';

const MUTEXES = `
static PyObject *
Account_transfer(Account *self, Account *other)
{
    PyMutex_Lock(&self->mutex);
    check_limit(self);             /* calls Python code */
    PyMutex_Lock(&other->mutex);
    move_money(self, other);
    PyMutex_Unlock(&other->mutex);
    PyMutex_Unlock(&self->mutex);
    Py_RETURN_NONE;
}
`;

const SECTIONS = `
static PyObject *
Account_transfer(Account *self, Account *other)
{
    Py_BEGIN_CRITICAL_SECTION2(self, other);
    move_money(self, other);
    Py_END_CRITICAL_SECTION2();
    Py_RETURN_NONE;
}
`;

const DIRECTIONS = [
  ['a', 'b'],
  ['b', 'a'],
] as const;

function accounts(py: Python): { a: number; b: number } {
  const a = py.object('a', { type: 'Account' });
  const b = py.object('b', { type: 'Account' });
  py.p.global('a', a, { format: 'pointer', owns: true });
  py.p.global('b', b, { format: 'pointer', owns: true });
  return { a, b };
}

export const abba: Scenario = {
  id: 'abba-deadlock',
  title: 'Two mutexes in opposite order',
  topic: 'deadlocks',
  text:
    'a.transfer(b) and b.transfer(a) at once: each thread holds its own mutex and waits for the other one. A PyMutex is kept ' +
    'while its thread waits or runs Python code, so the GIL does not help. One critical section on both objects locks them in the order of their addresses.',
  models: ['free-threaded', 'gil'],
  counterpart: 'abba',
  rules: ['lock-order-inversion'],
  write: py => {
    const c = py.source('account.c', MUTEXES);
    accounts(py);
    const mutex = {
      a: py.p.global('a->mutex', 0, { format: 'holder' }),
      b: py.p.global('b->mutex', 0, { format: 'holder' }),
    };
    for (const [self, other] of DIRECTIONS) {
      const t = py.thread(`${self}.transfer(${other})`);
      inPython(py, t, () => {
        py.line(t, c, 'PyMutex_Lock(&self->mutex)', () => pyMutexLock(py, t, mutex[self]));
        py.line(t, c, 'check_limit(self)', () => mayRunPython(py, t));
        py.line(t, c, 'PyMutex_Lock(&other->mutex)', () => pyMutexLock(py, t, mutex[other]));
        py.line(t, c, 'PyMutex_Unlock(&other->mutex)', () => pyMutexUnlock(t, mutex[other]));
        py.line(t, c, 'PyMutex_Unlock(&self->mutex)', () => pyMutexUnlock(t, mutex[self]));
      });
    }
  },
  expected: { 'free-threaded': '1 of 3 fail: deadlock 1', gil: '4 of 6 fail: deadlock 4' },
  fixed: {
    title: 'Py_BEGIN_CRITICAL_SECTION2',
    write: py => {
      const c = py.source('account.c', SECTIONS);
      const both = accounts(py);
      for (const [self, other] of DIRECTIONS) {
        const t = py.thread(`${self}.transfer(${other})`);
        inPython(py, t, () => {
          py.line(t, c, 'Py_BEGIN_CRITICAL_SECTION2(self, other)', () =>
            criticalSection2(py, t, both[self], both[other], () => {}),
          );
        });
      }
    },
    expected: { 'free-threaded': '0 of 2 fail' },
  },
};

import { inPython } from '../python/attach.ts';
import type { Python } from '../python/python.ts';
import type { Scenario } from './scenario.ts';

const SOURCE = `
static void
eat(Philosopher *self)
{
    PyMutex_Lock(self->first);
    PyMutex_Lock(self->second);
    count_meal(self);
    PyMutex_Unlock(self->second);
    PyMutex_Unlock(self->first);
}
`;

function write(py: Python, ordered: boolean): void {
  const c = py.source('philosophers.c', SOURCE);
  const forks = [1, 2, 3].map(i => py.p.global(`fork ${i}`, 0, { format: 'holder' }));
  for (let i = 0; i < 3; i++) {
    const pair = [i, (i + 1) % 3];
    if (ordered) pair.sort((a, b) => a - b);
    const [first, second] = [forks[pair[0]!]!, forks[pair[1]!]!];
    const t = py.thread(`philosopher ${i + 1}: fork ${pair[0]! + 1}, then fork ${pair[1]! + 1}`);
    inPython(py, t, () => {
      py.line(t, c, 'PyMutex_Lock(self->first)', () => t.lock(first));
      py.line(t, c, 'PyMutex_Lock(self->second)', () => t.lock(second));
      py.line(t, c, 'PyMutex_Unlock(self->second)', () => t.unlock(second));
      py.line(t, c, 'PyMutex_Unlock(self->first)', () => t.unlock(first));
    });
  }
}

export const philosophers: Scenario = {
  id: 'philosophers',
  title: 'Three threads, three locks, one circle',
  topic: 'deadlocks',
  text:
    'Each thread takes the lock to its left and then the one to its right. In exactly one of seven orders all three hold one lock ' +
    'and wait for the next. If everyone takes the lower number first, no circle can close.',
  models: ['free-threaded'],
  rules: ['lock-order-inversion'],
  write: py => write(py, false),
  expected: { 'free-threaded': '1 of 7 fail: deadlock 1' },
  fixed: {
    title: 'The lower number first',
    write: py => write(py, true),
    expected: { 'free-threaded': '0 of 6 fail' },
  },
};

import { add, cellValue, equal } from '../machine/expression.ts';
import { lockParking, makeParkingMutex, unlockParking } from '../python/parking.ts';
import type { Scenario } from './scenario.ts';
import { calls } from './writing.ts';

const SOURCE = `
PyMutex_Lock(&m);
n++;
PyMutex_Unlock(&m);
`;

export const parking: Scenario = {
  id: 'pymutex-parking',
  title: 'PyMutex: one byte and a parking lot',
  topic: 'history',
  text:
    'A PyMutex is one byte: locked or not, somebody parked or not. Who finds it locked marks it, goes to the parking lot, looks ' +
    'again and sleeps. Who unlocks it wakes the first sleeper, and hands the lock over if that one has waited for long; else ' +
    'they compete. No wake-up is lost, and no two threads are ever inside.',
  models: ['free-threaded'],
  form: 'long',
  rules: [],
  write: py => {
    const c = py.source('lock.c', SOURCE);
    const mutex = makeParkingMutex(py, 'm', 2);
    const n = py.p.global('n');
    calls(py, 2, 'counts under the lock', c, (t, at) => {
      const seen = t.local('n');
      at('PyMutex_Lock(&m)', () => lockParking(t, mutex));
      at('n++', () => {
        t.load(seen, n);
        t.store(n, add(seen, 1));
      });
      at('PyMutex_Unlock(&m)', () => unlockParking(t, mutex));
    });
    py.p.finally(equal(cellValue(n), 2), 'lost-update', 'two threads were inside at once');
  },
  expected: { 'free-threaded': '0 of 14 fail' },
  assumptions: [
    'Compare-and-exchange loops are one step: their failing rounds only read. The bucket’s lock is part of one step.',
  ],
};

import { countingCosts, countOwnAndShared } from './counting.ts';
import type { Scenario } from './scenario.ts';

export const countsLocked: Scenario = {
  id: 'counts-locked',
  title: 'A lock around every count',
  topic: 'history',
  text: 'The patch of 1996 for Python 1.4 removed the GIL and locked every count operation instead. It is correct, and the number of locks explodes: two for a reference taken and dropped, most of them fought over. Single-threaded code ran four to seven times slower.',
  models: ['locked-counts', 'gil'],
  rules: ['atomic-refcount-own'],
  write: countOwnAndShared,
  expected: { 'locked-counts': '0 of 70 fail', gil: '0 of 2 fail' },
  costs: countingCosts,
};

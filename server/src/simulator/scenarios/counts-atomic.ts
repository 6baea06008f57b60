import { countingCosts, countOwnAndShared } from './counting.ts';
import type { Scenario } from './scenario.ts';

export const countsAtomic: Scenario = {
  id: 'counts-atomic',
  title: 'Atomic counts',
  topic: 'history',
  text: 'The Gilectomy made every count operation one atomic step: six orders, none fails. But an atomic operation needs the cache line for itself, and the line of a shared object travels from core to core with every operation.',
  models: ['atomic-counts', 'gil'],
  rules: ['atomic-refcount-own'],
  write: countOwnAndShared,
  expected: { 'atomic-counts': '0 of 6 fail', gil: '0 of 2 fail' },
  costs: countingCosts,
};

import { countingCosts, countShared } from './counting.ts';
import type { Scenario } from './scenario.ts';

export const countsNaive: Scenario = {
  id: 'counts-naive',
  title: 'The count without the GIL',
  topic: 'history',
  text: 'Py_INCREF is a load, an addition and a store. Two threads can load the same value: then one operation is lost. A lost increment frees the object too early, a lost decrement never. Under the GIL the three steps are never divided: this, above all, is what it protects.',
  models: ['naive-counts', 'gil'],
  rules: ['atomic-refcount-own'],
  write: countShared,
  expected: { 'naive-counts': '16 of 34 fail: leak 8, use-after-free 8', gil: '0 of 2 fail' },
  costs: countingCosts,
};

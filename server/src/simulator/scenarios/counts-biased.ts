import { countingCosts, countOwnAndShared } from './counting.ts';
import type { Scenario } from './scenario.ts';

export const countsBiased: Scenario = {
  id: 'counts-biased',
  title: 'Biased counts: two fields for one count',
  topic: 'history',
  text: 'PEP 703 splits the count. The thread that made the object counts in ob_ref_local with plain loads and stores; all others count in ob_ref_shared with atomic operations. Most objects are never seen by a second thread, and cost no atomic operation at all.',
  models: ['free-threaded', 'atomic-counts', 'gil'],
  form: 'long',
  rules: ['atomic-refcount-own'],
  write: countOwnAndShared,
  expected: { 'free-threaded': '0 of 6 fail', 'atomic-counts': '0 of 6 fail', gil: '0 of 2 fail' },
  costs: countingCosts,
};

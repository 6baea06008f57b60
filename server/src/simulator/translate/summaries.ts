/**
 * How much the short forms of calls are worth: which of them come to the same ends as CPython's own steps by test
 * (`forms.slow.test.ts`), which are one access with nothing to compare, and which are taken on trust. Of the last ones the
 * verdict says so.
 */
import type { CallEffect, Shape } from '../../capi/effects.ts';

export type Worth =
  /** Held against the steps of CPython: the same set of ends. */
  | 'compared'
  /** One access, or nothing that another thread could notice. */
  | 'single'
  /** Read from the sources and written down as one step, or as a few under a lock. */
  | 'assumed';

const ITEMS: Readonly<Record<Shape, Worth>> = {
  list: 'compared',
  dict: 'compared',
  weakref: 'compared',
  tuple: 'assumed',
  set: 'assumed',
  slot: 'assumed',
};

const WORTH: Readonly<Record<CallEffect['does'], Worth | ((effect: CallEffect) => Worth)>> = {
  incref: 'compared',
  decref: 'compared',
  append: 'compared',
  same: 'single',
  borrow: 'single',
  contains: 'single',
  size: 'single',
  free: 'single',
  allocate: 'single',
  bytes: 'single',
  field: 'single',
  count: 'single',
  atomic: 'single',
  locked: 'single',
  track: 'single',
  nothing: 'single',
  // Immutable: nobody else changes it.
  take: effect => (effect.does !== 'take' || effect.removes === true ? 'assumed' : tupleIsFixed(effect.shape)),
  put: effect => (effect.does !== 'put' || effect.value === null ? 'assumed' : ITEMS[effect.shape]),
  default: 'assumed',
  copy: 'assumed',
  walk: 'assumed',
  clear: 'assumed',
  reallocate: 'assumed',
  fill: 'assumed',
  'append-text': 'assumed',
  'buffer-get': 'assumed',
  'buffer-release': 'assumed',
  state: 'assumed',
  once: 'assumed',
  // These say themselves what they assume.
  fork: 'single',
  block: 'single',
};

const tupleIsFixed = (shape: Shape): Worth => (shape === 'tuple' ? 'single' : ITEMS[shape]);

export function worthOf(effect: CallEffect): Worth {
  const worth = WORTH[effect.does];
  return typeof worth === 'function' ? worth(effect) : worth;
}

/** For the assumptions beside a verdict; null where nothing is assumed. */
export function assumptionOf(name: string, effect: CallEffect): string | null {
  if (worthOf(effect) !== 'assumed') return null;
  return `What ${name}() does is a summary of its source that was not held against its single steps.`;
}

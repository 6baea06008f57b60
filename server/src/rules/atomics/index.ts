import type { Rule } from '../rule.ts';
import { atomicRefcountOwn } from './atomic-refcount-own.ts';
import { atomicRmwSplit } from './atomic-rmw-split.ts';
import { mixedAtomicPlain } from './mixed-atomic-plain.ts';
import { plainFlagSignalling } from './plain-flag-signalling.ts';
import { privateAtomics } from './private-atomics.ts';
import { volatileAsSync } from './volatile-as-sync.ts';

export const ATOMICS: readonly Rule[] = [
  atomicRefcountOwn,
  atomicRmwSplit,
  mixedAtomicPlain,
  plainFlagSignalling,
  privateAtomics,
  volatileAsSync,
];

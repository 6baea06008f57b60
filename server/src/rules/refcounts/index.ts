import type { Rule } from '../rule.ts';

export const REFCOUNTS: readonly Rule[] = [];

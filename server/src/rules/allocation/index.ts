import type { Rule } from '../rule.ts';

export const ALLOCATION: readonly Rule[] = [];

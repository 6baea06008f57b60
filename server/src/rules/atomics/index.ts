import type { Rule } from '../rule.ts';

export const ATOMICS: readonly Rule[] = [];

import type { Rule } from '../rule.ts';

export const GIL_API: readonly Rule[] = [];

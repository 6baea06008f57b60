import type { Rule } from '../rule.ts';

export const CRITICAL_SECTIONS: readonly Rule[] = [];

import type { Rule } from '../rule.ts';

export const TYPE_SLOTS: readonly Rule[] = [];

import type { Rule } from '../rule.ts';

export const BUFFERS: readonly Rule[] = [];

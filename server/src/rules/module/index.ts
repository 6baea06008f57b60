import type { Rule } from '../rule.ts';
import { missingModGil } from './missing-mod-gil.ts';

export const MODULE: readonly Rule[] = [missingModGil];

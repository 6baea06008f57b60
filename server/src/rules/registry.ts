/** All rules. Each family lists its own, sorted by id; a test compares the lists with the files, the pages and the fixtures. */
import { ALLOCATION } from './allocation/index.ts';
import { ATOMICS } from './atomics/index.ts';
import { BORROWED_REFS } from './borrowed-refs/index.ts';
import { BUFFERS } from './buffers/index.ts';
import { CRITICAL_SECTIONS } from './critical-sections/index.ts';
import { GIL_API } from './gil-api/index.ts';
import { GLOBALS } from './globals/index.ts';
import { LIBC } from './libc/index.ts';
import { MODULE } from './module/index.ts';
import { OBJECT_STATE } from './object-state/index.ts';
import { REFCOUNTS } from './refcounts/index.ts';
import type { Rule } from './rule.ts';
import { TYPE_SLOTS } from './type-slots/index.ts';

/** In the order of the families in `finding.ts`, then by id. */
export const RULES: readonly Rule[] = [
  ...BORROWED_REFS,
  ...OBJECT_STATE,
  ...GLOBALS,
  ...CRITICAL_SECTIONS,
  ...GIL_API,
  ...REFCOUNTS,
  ...ALLOCATION,
  ...MODULE,
  ...TYPE_SLOTS,
  ...LIBC,
  ...ATOMICS,
  ...BUFFERS,
];

const BY_ID = new Map(RULES.map(rule => [rule.id, rule]));

export function ruleById(id: string): Rule | undefined {
  return BY_ID.get(id);
}

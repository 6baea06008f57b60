/** All rules, by family and id. A test compares this list with the files, the pages and the fixtures. */
import { borrowedListItem } from './borrowed-refs/borrowed-list-item.ts';
import { globalCounter } from './globals/global-counter.ts';
import { libcEnvironment } from './libc/libc-environment.ts';
import { libcIterationState } from './libc/libc-iteration-state.ts';
import { libcLocale } from './libc/libc-locale.ts';
import { libcProcessControl } from './libc/libc-process-control.ts';
import { libcRandom } from './libc/libc-random.ts';
import { libcStaticResult } from './libc/libc-static-result.ts';
import { objectFieldRmw } from './object-state/object-field-rmw.ts';
import type { Rule } from './rule.ts';

export const RULES: readonly Rule[] = [
  borrowedListItem,
  objectFieldRmw,
  globalCounter,
  libcEnvironment,
  libcIterationState,
  libcLocale,
  libcProcessControl,
  libcRandom,
  libcStaticResult,
];

const BY_ID = new Map(RULES.map(rule => [rule.id, rule]));

export function ruleById(id: string): Rule | undefined {
  return BY_ID.get(id);
}

/** All rules, by family and id. A test compares this list with the files, the pages and the fixtures. */
import { borrowedListItem } from './borrowed-refs/borrowed-list-item.ts';
import { globalCounter } from './globals/global-counter.ts';
import { objectFieldRmw } from './object-state/object-field-rmw.ts';
import type { Rule } from './rule.ts';

export const RULES: readonly Rule[] = [borrowedListItem, objectFieldRmw, globalCounter];

const BY_ID = new Map(RULES.map(rule => [rule.id, rule]));

export function ruleById(id: string): Rule | undefined {
  return BY_ID.get(id);
}

import type { Rule } from '../rule.ts';
import { borrowedDictItem } from './borrowed-dict-item.ts';
import { borrowedListItem } from './borrowed-list-item.ts';
import { borrowedWeakrefObject } from './borrowed-weakref-object.ts';

export const BORROWED_REFS: readonly Rule[] = [borrowedDictItem, borrowedListItem, borrowedWeakrefObject];

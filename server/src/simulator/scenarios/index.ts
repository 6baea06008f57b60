import { abba } from './abba.ts';
import { borrowedItem } from './borrowed-item.ts';
import { handover } from './handover.ts';
import { lostUpdate } from './lost-update.ts';
import type { Scenario } from './scenario.ts';

/** In the order in which they are listed. */
export const SCENARIOS: readonly Scenario[] = [lostUpdate, borrowedItem, abba, handover];

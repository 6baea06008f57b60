import type { Rule } from '../rule.ts';
import { dictNextUnlocked } from './dict-next-unlocked.ts';
import { lazyInitField } from './lazy-init-field.ts';
import { objectFieldReadUnlocked } from './object-field-read-unlocked.ts';
import { objectFieldRmw } from './object-field-rmw.ts';
import { sequenceFastUnlocked } from './sequence-fast-unlocked.ts';
import { setrefFieldUnlocked } from './setref-field-unlocked.ts';

export const OBJECT_STATE: readonly Rule[] = [
  dictNextUnlocked,
  lazyInitField,
  objectFieldReadUnlocked,
  objectFieldRmw,
  sequenceFastUnlocked,
  setrefFieldUnlocked,
];
